import { anAdd } from '../test/counter-policy';
import { openTestLog, type TestLog } from '../test/test-log';
import { entriesAt, entryAsOf, positionAt, streamBackwards } from './as-of';
import { readEntries } from './entries';

describe('reading the log as of a position or an instant', () => {
  let log: TestLog;
  beforeEach(async () => {
    log = await openTestLog();
    const committer = await log.committer();
    for (let n = 0; n < 9; n += 1) {
      await committer.submit([
        anAdd(`c${String(n)}`, { stream: n % 3 === 0 ? 'a' : 'b', amount: n === 4 ? -99n : 1n }),
      ]);
      log.clock.us += 1_000_000n;
    }
  });
  afterEach(() => log.close());

  test('the entry of a stream is its last one at or before the position', async () => {
    const found = await Promise.all(
      Array.from(
        { length: 11 },
        async (_, at) => (await entryAsOf(log.app, 'b', BigInt(at)))?.position ?? null,
      ),
    );
    expect(found).toEqual([null, null, 2n, 3n, 3n, 5n, 6n, 6n, 8n, 9n, 9n]);
    expect(await entryAsOf(log.app, 'nobody', 9n)).toBeNull();
  });

  test('an instant is the last position recorded at or before it', async () => {
    const entries = await readEntries(log.app, { after: 0n, limit: 100 });
    for (const { position, recordedAtUs } of entries) {
      expect(await positionAt(log.app, recordedAtUs)).toBe(position);
      expect(await positionAt(log.app, recordedAtUs - 1n)).toBe(position - 1n);
    }
    expect(await positionAt(log.app, log.clock.us + 1n)).toBe(9n);
    expect(await positionAt(log.app, 0n)).toBe(0n);
  });

  test('entries are read by their positions', async () => {
    const found = await entriesAt(log.app, [7n, 2n, 99n]);
    expect(found.map(({ position }) => position)).toEqual([2n, 7n]);
    expect(await entriesAt(log.app, [])).toEqual([]);
  });

  test('a stream is read backwards by kind', async () => {
    const kinds = ['Refused', 'Added'];
    const all = await streamBackwards(log.app, 'b', { kinds, before: 9n, limit: 3 });
    expect(all.map(({ position }) => position)).toEqual([8n, 6n, 5n]);
    const refused = await streamBackwards(log.app, 'b', { kinds: ['Refused'], before: 99n, limit: 3 });
    expect(refused.map(({ position }) => position)).toEqual([5n]);
  });
});
