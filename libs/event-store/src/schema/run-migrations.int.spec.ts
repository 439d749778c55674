import { testDatabase, type TestDatabase } from '@kuda/testing';
import { readHead } from '../readers/states';
import { createPool } from '../sql/pool';
import { LogSchema1760000000000 } from './install-log';
import { runMigrations } from './run-migrations';

jest.setTimeout(60_000);

describe('migrating a service’s database', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase();
  });
  afterEach(() => database.drop());

  const migrate = (): Promise<readonly string[]> =>
    runMigrations({
      migrationUrl: database.ownerUrl,
      appRole: new URL(database.appUrl).username,
      migrations: [LogSchema1760000000000],
    });

  test('of processes that start at once, one migrates; afterwards none does', async () => {
    const names = await Promise.all([migrate(), migrate(), migrate()]);
    expect(names.flat()).toEqual(['LogSchema1760000000000']);
    expect(await migrate()).toEqual([]);
    const pool = createPool(database.appUrl, { applicationName: 'test' });
    expect(await readHead(pool)).toEqual({ epoch: 0n, position: 0n, recordedAtUs: 0n });
    await pool.end();
  });

  test('a role name that is none is refused before anything runs', async () => {
    const options = { migrationUrl: database.ownerUrl, appRole: 'x; drop table y', migrations: [] };
    await expect(runMigrations(options)).rejects.toThrow('not a role name');
  });
});
