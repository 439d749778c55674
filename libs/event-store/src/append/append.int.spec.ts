import { firstOutcome, readEntries, readStream } from '../readers/entries';
import { loadStreamState, readHead, readTotals, storedOffsets } from '../readers/states';
import { anAdd } from '../test/counter-policy';
import { openTestLog, type TestLog } from '../test/test-log';

const ALL = { after: 0n, limit: 1_000 };

describe('appending to a real log', () => {
  let log: TestLog;
  beforeEach(async () => {
    log = await openTestLog();
  });
  afterEach(() => log.close());

  test('entries, state, totals and input offset are stored together, numbered without a gap', async () => {
    const committer = await log.committer();
    const input = { topic: 'in.v1', partition: 2 };
    const outcomes = await committer.submit([
      anAdd('a', { amount: 5n, input: { ...input, offset: 10n } }),
      anAdd('b', { stream: 'counter-2', input: { ...input, offset: 12n } }),
      anAdd('c', { amount: -9n, input: { ...input, offset: 11n } }),
      anAdd('d', { stream: null }),
    ]);

    expect(outcomes.map(({ status }) => status)).toEqual(['recorded', 'recorded', 'recorded', 'recorded']);
    const entries = await readEntries(log.app, ALL);
    expect(outcomes).toEqual(entries.map((entry) => ({ status: 'recorded', entry })));
    expect(entries.map((entry) => [entry.position, entry.kind, entry.streamId, entry.streamVersion])).toEqual(
      [
        [1n, 'Added', 'counter-1', 1n],
        [2n, 'Added', 'counter-2', 1n],
        [3n, 'Refused', 'counter-1', 2n],
        [4n, 'Added', null, 0n],
      ],
    );
    expect(entries.map((entry) => entry.recordedAtUs)).toEqual([
      1_000_000n,
      1_000_001n,
      1_000_002n,
      1_000_003n,
    ]);
    expect(await loadStreamState(log.app, 'counter-1')).toEqual({
      streamId: 'counter-1',
      version: 2n,
      position: 3n,
      state: Buffer.from('5'),
      dueAtUs: null,
      pages: new Map(),
    });
    expect(await readStream(log.app, 'counter-1', { after: 1n, limit: 9 })).toEqual([entries[2]]);
    expect(await firstOutcome(log.app, 'b')).toEqual(entries[1]);
    expect(await readTotals(log.app)).toEqual(new Map([['sum', 7n]]));
    expect(await storedOffsets(log.app).nextOffset('in.v1', 2)).toBe(13n);
    expect(await storedOffsets(log.app).nextOffset('in.v1', 3)).toBeUndefined();
    expect(await readHead(log.app)).toEqual({ epoch: 1n, position: 4n, recordedAtUs: 1_000_003n });
  });

  test('ledger time goes on when the clock goes back', async () => {
    const committer = await log.committer();
    await committer.submit([anAdd('a')]);
    log.clock.set(5n);
    await committer.submit([anAdd('b')]);
    const times = (await readEntries(log.app, ALL)).map((entry) => entry.recordedAtUs);
    expect(times).toEqual([1_000_000n, 1_000_001n]);
  });

  test('an offset without an entry is stored, and never goes back', async () => {
    const committer = await log.committer();
    await committer.storeOffset({ topic: 'in.v1', partition: 0, offset: 41n });
    await committer.storeOffset({ topic: 'in.v1', partition: 0, offset: 7n });
    expect(await storedOffsets(log.app).nextOffset('in.v1', 0)).toBe(42n);
    expect((await readHead(log.app)).position).toBe(0n);
  });

  test.each(['app', 'owner'] as const)('the log is append-only for the role %s', async (role) => {
    const committer = await log.committer();
    await committer.submit([anAdd('a')]);
    for (const table of ['log_entry', 'log_command']) {
      for (const statement of [
        `update ${table} set position = 9`,
        `delete from ${table}`,
        `truncate ${table}`,
      ]) {
        await expect(log[role].query(statement)).rejects.toThrow(/KUDA-LOG-1015|permission denied/);
      }
    }
    expect(await readEntries(log.app, ALL)).toHaveLength(1);
  });

  test('the role of the service writes nothing but through the functions', async () => {
    const tables = [
      'log_head',
      'stream_state',
      'log_total',
      'input_offset',
      'relay_cursor',
      'projection_checkpoint',
    ];
    for (const table of tables) {
      await expect(log.app.query(`delete from ${table}`)).rejects.toThrow('permission denied');
    }
    await expect(log.app.query('create table mine (id int)')).rejects.toThrow('permission denied');
    await expect(log.app.query(`insert into log_total values ('x', 1)`)).rejects.toThrow('permission denied');
  });
});
