import { createPool, readHead } from '@kuda/event-store';
import { testDatabase, type TestDatabase } from '@kuda/testing';
import { assertLayout, migrateLedger } from './ledger-layout';
import { searchPathOf } from './shard-schema';

jest.setTimeout(90_000);

describe('the layout of a ledger', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase();
  });
  afterEach(() => database.drop());

  const migrate = (shards: number): Promise<void> =>
    migrateLedger({
      migrationUrl: database.ownerUrl,
      appRole: new URL(database.appUrl).username,
      shards,
    });

  it('is a schema of its own for each shard, and stays as it was created', async () => {
    await migrate(3);
    await migrate(3);
    for (const shard of [0, 1, 2]) {
      const options = { applicationName: 'test', ...searchPathOf(shard, 3) };
      const pool = createPool(database.appUrl, options);
      expect((await readHead(pool)).position).toBe(0n);
      await assertLayout(pool, 3);
      await expect(pool.query('update public.ledger_layout set shards = 4')).rejects.toThrow(
        'permission denied',
      );
      await pool.end();
    }
    for (const other of [1, 2, 4]) await expect(migrate(other)).rejects.toThrow('KUDA-LEDGER-2004');
  });

  it('of one shard is the database as it is', async () => {
    await migrate(1);
    const pool = createPool(database.appUrl, { applicationName: 'test' });
    expect((await readHead(pool)).position).toBe(0n);
    await expect(assertLayout(pool, 4)).rejects.toThrow('created with 1 shards, LEDGER_SHARDS is 4');
    await pool.end();
  });
});
