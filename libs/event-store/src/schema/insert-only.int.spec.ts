import { testDatabase } from '@kuda/testing';
import { readWriterHead } from '../append/acquire-epoch';
import { readEntries, readHead } from '../index';
import { anAdd } from '../test/counter-policy';
import { openTestLog, type TestLog } from '../test/test-log';
import { createPool } from '../sql/pool';
import { grantReadModel, LogSchema1760000000000, makeInsertOnly, type MigrationRunner } from './install-log';
import { runMigrations } from './run-migrations';

/** As a service has them for rule versions and decisions. */
class RuleVersions1760000000002 {
  readonly name = 'RuleVersions1760000000002';

  async up(runner: MigrationRunner): Promise<void> {
    await runner.query('create table rule_version (hash text primary key)');
    await makeInsertOnly(runner, ['rule_version']);
    await runner.query('create table note (id int)');
    await grantReadModel(runner, ['note']);
  }

  async down(): Promise<void> {
    // Not needed here.
  }
}

const REFUSED = /KUDA-LOG-1015|permission denied|must be owner/;

describe('what is written once', () => {
  let log: TestLog;
  beforeEach(async () => {
    log = await openTestLog({ partitionEntries: 2n });
    const committer = await log.committer();
    await committer.submit(['a', 'b', 'c'].map((id) => anAdd(id)));
  });
  afterEach(() => log.close());

  const TABLES = ['log_entry', 'log_entry_000001', 'log_entry_000002', 'log_command'];
  test.each(['app', 'owner'] as const)('is changed by no session of the role %s', async (role) => {
    for (const table of TABLES) {
      for (const statement of [
        `update ${table} set position = 9`,
        `update ${table} set command_id = 'z' where position = 1`,
        `delete from ${table}`,
        `delete from ${table} where position = 1`,
        `truncate ${table}`,
        `truncate ${table} cascade`,
      ]) {
        await expect(log[role].query(statement)).rejects.toThrow(REFUSED);
      }
    }
    expect((await readEntries(log.app, { after: 0n, limit: 9 })).map((entry) => entry.commandId)).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  test.each(['app', 'owner'] as const)('the head is moved by no session of the role %s', async (role) => {
    const before = await readWriterHead(log.app);
    for (const statement of [
      'update log_head set position = 0',
      `update log_head set frontier = '\\x00', epoch = 9`,
      'delete from log_head',
      'truncate log_head',
      `insert into log_head select false, 'other', layout, 0, 0, 0, '', frontier, 1, 0 from log_head`,
    ]) {
      await expect(log[role].query(statement)).rejects.toThrow(REFUSED);
    }
    expect(await readWriterHead(log.app)).toEqual(before);
  });

  test('is created by the log’s functions only: the role inserts nothing', async () => {
    for (const statement of [
      `insert into log_command values ('z', 9)`,
      'insert into log_entry select * from log_entry',
      `select make_insert_only('stream_state')`,
    ]) {
      await expect(log.app.query(statement)).rejects.toThrow('permission denied');
    }
  });
});

describe('a schema of its own', () => {
  jest.setTimeout(60_000);

  test('each log has its tables, its role’s grants and its name; another layout is refused', async () => {
    const database = await testDatabase();
    const appRole = decodeURIComponent(new URL(database.appUrl).username);
    const migrate = (searchPath: string, logName?: string) =>
      runMigrations({
        ...{ migrationUrl: database.ownerUrl, appRole, searchPath },
        migrations: [LogSchema1760000000000, RuleVersions1760000000002],
        ...(logName === undefined ? {} : { logName }),
      });
    await migrate('shard_0', 'points-ledger/0');
    await migrate('shard_1');
    const [zero, one, owner] = [
      createPool(database.appUrl, { applicationName: 'zero', searchPath: 'shard_0' }),
      createPool(database.appUrl, { applicationName: 'one', searchPath: 'shard_1' }),
      createPool(database.ownerUrl, { applicationName: 'owner', searchPath: 'shard_0' }),
    ];
    await zero.query(`select * from acquire_epoch('x', 2)`);
    expect([(await readHead(zero)).epoch, (await readHead(one)).epoch]).toEqual([1n, 0n]);
    expect((await readWriterHead(zero)).name).toBe('points-ledger/0');
    expect((await readWriterHead(one)).name).toMatch(/\/shard_1$/);

    // A service's own insert-only table.
    await zero.query(`insert into rule_version values ('v1')`);
    await zero.query('insert into note values (1)');
    for (const pool of [zero, owner]) {
      for (const change of [
        `update rule_version set hash = ''`,
        'delete from rule_version',
        'truncate rule_version',
      ]) {
        await expect(pool.query(change)).rejects.toThrow(REFUSED);
      }
    }

    await expect(zero.query(`select * from acquire_epoch('x', 1)`)).rejects.toThrow('KUDA-LOG-1016');
    await owner.query('create schema old');
    await owner.query('create table old.log_head (epoch bigint)');
    await expect(migrate('old')).rejects.toMatchObject({ code: 'KUDA-LOG-1016' });
    await Promise.all([zero.end(), one.end(), owner.end()]);
    await database.drop();
  });
});
