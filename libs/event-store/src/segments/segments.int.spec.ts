import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Frontier } from '@kuda/transparency-log';
import fc from 'fast-check';
import { readWriterHead } from '../append/acquire-epoch';
import { advanceProjection } from '../projector/advance-projection';
import { entryAsOf } from '../readers/as-of';
import { entriesByKind, firstOutcome, readEntries, readStream } from '../readers/entries';
import { keptFrom } from '../readers/kept-range';
import { anAdd } from '../test/counter-policy';
import { openTestLog, type TestLog } from '../test/test-log';
import { detachSegment } from './detach-segment';
import { exportSegment, oldestPartition } from './export-segment';
import { readSegment, verifySegment, type SegmentEntry } from './read-segment';

const PARTITION = 10n;
const ENTRIES = 27;
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

async function all(path: string): Promise<readonly SegmentEntry[]> {
  const entries: SegmentEntry[] = [];
  for await (const entry of readSegment(path)) entries.push(entry);
  return entries;
}

describe('segments of the log', () => {
  let log: TestLog;
  let folder: string;
  beforeEach(async () => {
    log = await openTestLog({ partitionEntries: PARTITION });
    folder = await mkdtemp(join(tmpdir(), 'kuda-segments-'));
    const committer = await log.committer();
    for (let n = 0; n < ENTRIES; n += 1) {
      const stream = n % 2 === 0 ? 'even' : 'odd';
      await committer.submit([
        anAdd(`c${String(n)}`, {
          stream: n === 5 ? null : stream,
          ...(n === 3 ? { traceparent: TRACE } : {}),
        }),
      ]);
    }
    await committer.submit([anAdd('late', { stream: 'late' })]);
  });
  afterEach(async () => {
    await log.close();
    await rm(folder, { recursive: true, force: true });
  });

  const file = (name: string): string => join(folder, name);

  test('hold the entries of their partition, and each goes on where the one before ended', async () => {
    const stored = await readEntries(log.app, { after: 0n, limit: 10 });
    const first = await detachSegment(log.owner, { path: file('1'), drop: false });
    const entries = await all(file('1'));
    expect(
      entries.map(({ entry: { logName: _, ...entry }, traceparent }) => ({ ...entry, traceparent })),
    ).toEqual(stored);
    const second = await detachSegment(log.owner, { path: file('2'), drop: true });
    expect([first, second].map((each) => [each.firstPosition, each.lastPosition])).toEqual([
      [1n, 10n],
      [11n, 20n],
    ]);
    expect(first.frontierBefore).toEqual(Frontier.empty().toBytes());
    expect(second.frontierBefore).toEqual(first.frontierAfter);
    // What is left of the log leads from there to the head's tree.
    const { rows } = await log.app.query<{ leaf: Buffer }>(
      'select leaf_hash as leaf from log_entry order by position',
    );
    const frontier = Frontier.fromBytes(second.frontierAfter);
    for (const { leaf } of rows) frontier.append(leaf);
    expect((await readWriterHead(log.app)).frontier).toEqual(frontier.toBytes());
  });

  test('are refused when anything in them is changed, cut off or added', async () => {
    await exportSegment(log.owner, await oldestPartition(log.owner), file('whole'));
    const whole = await readFile(file('whole'));
    expect((await verifySegment(file('whole'))).lastPosition).toBe(10n);
    const damage = fc.record({
      at: fc.nat({ max: whole.length - 1 }),
      flip: fc.integer({ min: 1, max: 255 }),
      how: fc.constantFrom('flip', 'cut', 'add'),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ at, flip, how }) => {
        const bytes = Buffer.from(whole);
        bytes.writeUInt8((bytes[at] ?? 0) ^ flip, at);
        const damaged = { flip: bytes, cut: whole.subarray(0, at), add: Buffer.concat([whole, bytes]) }[how];
        await writeFile(file('damaged'), damaged);
        await expect(verifySegment(file('damaged'))).rejects.toThrow();
      }),
      { numRuns: 300 },
    );
  });

  test('what is in them is answered with a code, what is above is read as before', async () => {
    await detachSegment(log.owner, { path: file('1'), drop: true });
    const gone = { code: 'KUDA-LOG-1017' };
    const { app } = log;
    expect(await keptFrom(app)).toBe(11n);
    await expect(readEntries(app, { after: 0n, limit: 5 })).rejects.toMatchObject(gone);
    await expect(readStream(app, 'even', { after: 0n, limit: 5 })).rejects.toMatchObject(gone);
    await expect(entriesByKind(app, 'Added', { after: 3n, limit: 5 })).rejects.toMatchObject(gone);
    await expect(entryAsOf(app, 'even', 4n)).rejects.toMatchObject(gone);
    await expect(firstOutcome(app, 'c0')).rejects.toMatchObject(gone);

    expect((await readEntries(app, { after: 10n, limit: 5 })).map((entry) => entry.position)).toEqual([
      11n,
      12n,
      13n,
      14n,
      15n,
    ]);
    expect((await readStream(app, 'even', { after: 5n, limit: 1 }))[0]?.streamVersion).toBe(6n);
    expect(await readStream(app, 'nobody', { after: 0n, limit: 1 })).toEqual([]);
    expect((await entryAsOf(app, 'even', 12n))?.position).toBe(11n);
    expect(await entryAsOf(app, 'late', 12n)).toBeNull();
    expect((await firstOutcome(app, 'c26'))?.position).toBe(27n);
  });

  test('a command whose outcome is in one is known for ever, and holds nobody else up', async () => {
    await detachSegment(log.owner, { path: file('1'), drop: true });
    const committer = await log.committer();
    const outcomes = await committer.submit([anAdd('x'), anAdd('c0', { stream: 'even' }), anAdd('y')]);
    expect(outcomes.map((each) => (each.status === 'faulted' ? each.code : each.status))).toEqual([
      'recorded',
      'KUDA-LOG-1017',
      'recorded',
    ]);
  });

  test('a partition stays until it is full and everybody has passed it', async () => {
    await log.app.transaction((tx) => advanceProjection(tx, { name: 'p', version: 1 }, { from: 0n, to: 9n }));
    await expect(detachSegment(log.owner, { path: file('1'), drop: true })).rejects.toMatchObject({
      code: 'KUDA-LOG-1019',
    });
    await log.app.transaction((tx) =>
      advanceProjection(tx, { name: 'p', version: 1 }, { from: 9n, to: 25n }),
    );
    await detachSegment(log.owner, { path: file('1'), drop: true });
    await detachSegment(log.owner, { path: file('2'), drop: true });
    await expect(exportSegment(log.owner, await oldestPartition(log.owner), file('3'))).rejects.toThrow(
      'is not full',
    );
    await expect(readFile(file('3'))).rejects.toThrow('ENOENT');
  });

  test('a partition whose entries do not fit their leaves is not detached', async () => {
    await log.owner.query('alter table log_entry_000001 disable trigger insert_only');
    await log.owner.query(`update log_entry_000001 set payload = 'other' where position = 7`);
    await expect(detachSegment(log.owner, { path: file('1'), drop: true })).rejects.toThrow(
      "position 7: not the leaf's bytes",
    );
    expect(await keptFrom(log.app)).toBe(1n);
  });
});
