import { eventually } from '@kuda/testing';
import type { LogCommitter } from '../committer/log-committer';
import type { SqlClient } from '../ports';
import { runMigrations } from '../schema/run-migrations';
import { anAdd, type CounterCommand } from '../test/counter-policy';
import { openTestLog, type TestLog } from '../test/test-log';
import { seen, tally, TestProjections1760000000001 } from '../test/test-projections';
import { LiveProjection } from './live-projection';
import type { Projection } from './projection';
import { readProjections, readVersion } from './projection-state';
import { beginRebuild } from './rebuild';
import { dropProjectionVersion } from './rollback';

const PATIENCE_MS = 10_000;

describe('rebuilding a projection', () => {
  let log: TestLog;
  let committer: LogCommitter<CounterCommand>;
  let live: LiveProjection;
  let next = 0;

  const liveOf = (projection: Projection): LiveProjection =>
    new LiveProjection({
      ...{ projection, pool: log.app, signal: committer },
      onFatal: (error) => void log.fatal.push(error),
    });

  beforeEach(async () => {
    next = 0;
    log = await openTestLog();
    const appRole = new URL(log.appUrl).username;
    await runMigrations({ migrationUrl: log.ownerUrl, appRole, migrations: [TestProjections1760000000001] });
    committer = await log.committer();
    live = liveOf(tally);
    await live.start();
  });
  afterEach(async () => {
    await live.stop();
    expect(log.fatal).toEqual([]);
    await log.close();
  });

  const append = async (count: number): Promise<void> => {
    const from = next;
    next += count;
    const adds = Array.from({ length: count }, (_, index) =>
      anAdd(`c${String(from + index)}`, { stream: `counter-${String((from + index) % 7)}` }),
    );
    await committer.submit(adds);
  };

  const appendAndFollow = async (count: number): Promise<void> => {
    await append(count);
    expect(await live.waitFor(committer.position, PATIENCE_MS)).toBe(true);
  };

  const rows = async (sql: SqlClient, table: string): Promise<readonly object[]> =>
    (await sql.query(`select * from ${table} order by 1`)).rows;

  test('fills the next version, compares it, and shows it while writes and reads go on', async () => {
    await appendAndFollow(700);
    const reading = new AbortController();
    const failures: unknown[] = [];
    const sums: bigint[] = [];
    const reader = (async () => {
      while (!reading.signal.aborted) {
        await log.app
          .query<{ sum: string }>('select coalesce(sum(entries), 0)::text as sum from tally')
          .then((answer) => sums.push(BigInt(answer.rows[0]?.sum ?? -1)))
          .catch((error: unknown) => failures.push(error));
      }
    })();
    const writer = (async () => {
      for (let batch = 0; batch < 40; batch += 1) await append(25);
    })();
    const begun = await live.beginRebuild();
    const result = await begun.run();
    await writer;
    expect(result).toMatchObject({ phase: 'swapped', version: 2, report: { equal: true } });
    expect(await live.waitFor(1_700n, PATIENCE_MS)).toBe(true);
    reading.abort();
    await reader;
    expect(failures).toEqual([]);
    expect(sums.toSorted((one, other) => Number(one - other))).toEqual(sums);
    expect(await readVersion(log.app, 'tally')).toEqual({ version: 2, position: 1_700n });
    const expected = await log.app.query(
      'select stream_id, count(*) as entries, max(position) as position from log_entry group by 1 order by 1',
    );
    expect(await rows(log.app, 'tally')).toEqual(expected.rows);
  });

  test('refuses to show a version that differs, and names the first row and both values', async () => {
    await appendAndFollow(21);
    await log.owner.query(`update tally_v1 set entries = 99 where stream_id = 'counter-3'`);
    const refused = await (await live.beginRebuild()).run();
    expect(refused).toMatchObject({
      phase: 'refused',
      report: {
        ...{ equal: false, position: '21' },
        tables: [
          {
            table: 'tally',
            difference: {
              key: ['counter-3'],
              live: { entries: '99' },
              rebuilt: { entries: '3', position: '18' },
            },
          },
        ],
      },
    });
    expect(await readVersion(log.app, 'tally')).toMatchObject({ version: 1 });
    const [state] = (await readProjections(log.app)).filter(({ name }) => name === 'tally');
    expect(state?.lastRebuild).toMatchObject({ phase: 'refused', toVersion: 2, report: refused.report });
    const accepted = await (await live.beginRebuild('row 3 was edited by hand, case 7')).run();
    expect(accepted).toMatchObject({ phase: 'swapped', version: 3 });
    expect(accepted.report).toMatchObject({ equal: false, accepted: 'row 3 was edited by hand, case 7' });
    await appendAndFollow(7);
    expect((await rows(log.app, 'tally'))[3]).toMatchObject({ entries: 4n });
  });

  test('goes back to the version before, which catches up first, and drops what nobody reads', async () => {
    await appendAndFollow(50);
    await (await live.beginRebuild()).run();
    await appendAndFollow(50);
    expect(await live.rollback()).toBe(1);
    expect(await readVersion(log.app, 'tally')).toEqual({ version: 1, position: 100n });
    await appendAndFollow(10);
    await expect(dropProjectionVersion(log.app, 'tally', 1)).rejects.toThrow('KUDA-LOG-1020');
    await dropProjectionVersion(log.app, 'tally', 2);
    await expect(log.app.query('select from tally_v2')).rejects.toThrow('does not exist');
    expect(await live.rollback()).toBeNull();
    const [state] = (await readProjections(log.app)).filter(({ name }) => name === 'tally');
    expect(state).toMatchObject({ version: 1, previousVersion: null, position: 110n });
  });

  test('one rebuild at a time; a lease that nobody renews is taken over', async () => {
    await appendAndFollow(5);
    const begun = await live.beginRebuild();
    await expect(live.beginRebuild()).rejects.toThrow('KUDA-LOG-1021');
    await log.owner.query(`update projection_rebuild set seen_at = now() - interval '2 minutes'`);
    const other = await live.beginRebuild();
    await expect(begun.run()).rejects.toThrow();
    expect(await other.run()).toMatchObject({ phase: 'swapped', version: 3 });
  });

  test('a fill of which one share fails leaves no table, and the next one is whole', async () => {
    await appendAndFollow(30);
    const { rows: kept } = await log.owner.query<{ sql: string }>(
      `select fill_sql as sql from projection where name = 'tally'`,
    );
    await log.owner.query(
      `update projection set fill_sql = replace(fill_sql, 'count(*)', '1 / (1 - {share})') where name = 'tally'`,
    );
    await expect((await live.beginRebuild()).run()).rejects.toThrow('division by zero');
    await expect(log.app.query('select from tally_v2')).rejects.toThrow('does not exist');
    await log.owner.query(`update projection set fill_sql = $1 where name = 'tally'`, [kept[0]?.sql]);
    expect(await (await live.beginRebuild()).run()).toMatchObject({ phase: 'swapped', version: 3 });
  });

  test('a lease is not taken over while the database still runs a share of it', async () => {
    await appendAndFollow(5);
    const begun = await live.beginRebuild();
    await log.owner.query(`update projection_rebuild set seen_at = now() - interval '2 minutes'`);
    await log.app.transaction(async (share) => {
      await share.query('insert into tally_v2 values ($1, 1, 1)', ['counter-0']);
      await expect(live.beginRebuild()).rejects.toThrow('KUDA-LOG-1021');
    });
    expect(await (await live.beginRebuild()).run()).toMatchObject({ phase: 'swapped', version: 3 });
    await expect(begun.run()).rejects.toThrow('KUDA-LOG-1022');
    await expect(log.app.query('select from tally_v2')).rejects.toThrow('does not exist');
  });

  test('without a fill by SQL the entries are applied again; insert-only tables stay so in every version', async () => {
    const again = liveOf(seen);
    await again.start();
    await append(1_200);
    expect(await again.waitFor(1_200n, PATIENCE_MS)).toBe(true);
    expect(await (await again.beginRebuild()).run()).toMatchObject({ phase: 'swapped', version: 2 });
    await append(3);
    expect(await again.waitFor(1_203n, PATIENCE_MS)).toBe(true);
    expect(await rows(log.app, 'seen')).toHaveLength(1_203);
    for (const sql of ['update seen_v2 set position = 0', 'delete from seen_v2', 'truncate seen_v2']) {
      await expect(log.owner.query(sql)).rejects.toThrow('KUDA-LOG-1015');
      await expect(log.app.query(sql)).rejects.toThrow();
    }
    await again.stop();
  });

  test('a log with a gap is refused, and what was begun is gone', async () => {
    await appendAndFollow(10);
    const holes = {
      ...log.app,
      transaction: <T>(work: (tx: SqlClient) => Promise<T>): Promise<T> =>
        log.app.transaction((tx) =>
          work({
            query: async <Row extends object>(text: string, values?: readonly unknown[]) => {
              const answer = await tx.query<Row>(text, values);
              return {
                rows: text.includes('from log_entry')
                  ? answer.rows.filter((_, row) => row !== 4)
                  : answer.rows,
              };
            },
          }),
        ),
    };
    const run = async (): Promise<unknown> => {
      const begun = await beginRebuild({ pool: holes, projection: seen, whileSwapping: (swap) => swap() });
      return begun.run();
    };
    const follower = liveOf(seen);
    await follower.start();
    expect(await follower.waitFor(10n, PATIENCE_MS)).toBe(true);
    await expect(run()).rejects.toThrow('KUDA-LOG-1010');
    await eventually(
      async () => {
        const [state] = (await readProjections(log.app)).filter(({ name }) => name === 'seen');
        expect(state?.lastRebuild).toMatchObject({ phase: 'failed' });
      },
      { timeoutMs: PATIENCE_MS, everyMs: 20 },
    );
    await expect(log.app.query('select from seen_v2')).rejects.toThrow('does not exist');
    await follower.stop();
  });
});
