import type { StoredEntry } from '../ports';
import { readHead } from '../readers/states';
import { openTestLog, type TestLog } from '../test/test-log';
import { acquireEpoch, type WriterHead } from './acquire-epoch';
import { appendBatch, type AppendBatch } from './append-batch';

/** What the function refuses by itself, whatever the committer believes. */
describe('the append function', () => {
  let log: TestLog;
  let head: WriterHead;
  beforeEach(async () => {
    log = await openTestLog();
    head = await acquireEpoch(log.app, 'test');
  });
  afterEach(() => log.close());

  function anEntry(position: bigint, streamVersion: bigint): StoredEntry {
    const names = { commandId: `c${String(position)}`, streamId: 's', kind: 'K', traceparent: null };
    const bytes = { fingerprint: Buffer.alloc(32), payload: Buffer.from('p') };
    return { ...names, ...bytes, position, streamVersion, recordedAtUs: position * 10n };
  }

  /** Entries of one stream that was decided from `before`. */
  function aBatch(entries: readonly StoredEntry[], before: bigint): AppendBatch {
    const last = entries.at(-1) ?? anEntry(0n, 0n);
    const { position, streamVersion: version } = last;
    return {
      epoch: head.epoch,
      after: (entries[0]?.position ?? 1n) - 1n,
      entries,
      leafHashes: entries.map(() => Buffer.alloc(32, 1)),
      frontier: head.frontier,
      streams: [
        { streamId: 's', before, version, position, state: Buffer.alloc(0), dueAtUs: null, pages: [] },
      ],
      totals: [],
      inputs: [],
    };
  }

  test('refuses what does not follow, and writes nothing of it', async () => {
    const [first, second, third] = [anEntry(1n, 1n), anEntry(2n, 2n), anEntry(3n, 3n)];
    const gap = { code: 'KU012' };
    await expect(appendBatch(log.app, aBatch([first, third], 0n))).rejects.toMatchObject(gap);
    await expect(
      appendBatch(log.app, aBatch([first, { ...second, streamVersion: 1n }], 0n)),
    ).rejects.toMatchObject(gap);
    const late = { ...second, recordedAtUs: first.recordedAtUs };
    await expect(appendBatch(log.app, aBatch([first, late], 0n))).rejects.toMatchObject(gap);
    expect(await readHead(log.app)).toMatchObject({ position: 0n, recordedAtUs: 0n });

    expect(await appendBatch(log.app, aBatch([first, second], 0n))).toEqual({
      status: 'appended',
      position: 2n,
    });
    expect(await appendBatch(log.app, aBatch([second], 1n))).toEqual({ status: 'behind', position: 2n });
    const stale = { status: 'stale', streamIds: ['s'] };
    expect(await appendBatch(log.app, aBatch([anEntry(3n, 2n)], 1n))).toEqual(stale);
    expect(await appendBatch(log.app, aBatch([anEntry(3n, 1n)], 0n))).toEqual(stale);
    const known = { ...third, commandId: 'c1' };
    expect(await appendBatch(log.app, aBatch([known], 2n))).toEqual({ status: 'known' });
    const old = { ...aBatch([third], 2n), epoch: head.epoch - 1n };
    expect(await appendBatch(log.app, old)).toEqual({ status: 'fenced' });
    expect(await appendBatch(log.app, aBatch([third], 2n))).toEqual({ status: 'appended', position: 3n });
  });
});
