import fc from 'fast-check';
import type { CommandEnvelope, DecisionPolicy, EncodedState, PageUpdate } from '../ports';
import { createCommitter } from '../committer/create-committer';
import { loadStreamState } from '../readers/states';
import { openTestLog, type TestLog } from '../test/test-log';

const STREAM = 'paged';

/** A state of numbered pages; a command writes some of them, or takes them away (null). */
type Pages = ReadonlyMap<number, string>;
type Change = ReadonlyMap<number, string | null>;

function changed(before: Pages, change: Change): Pages {
  const pages = new Map(before);
  for (const [pageNo, text] of change) {
    if (text === null) pages.delete(pageNo);
    else pages.set(pageNo, text);
  }
  return pages;
}

function encode(state: Pages, before: Pages | null): EncodedState {
  const pages: PageUpdate[] = [];
  for (const [pageNo, text] of state) {
    if (before?.get(pageNo) !== text) pages.push({ pageNo, bytes: Buffer.from(text) });
  }
  for (const pageNo of before?.keys() ?? []) {
    if (!state.has(pageNo)) pages.push({ pageNo, bytes: null });
  }
  return { bytes: Buffer.from(String(state.size)), dueAtUs: null, pages };
}

const policy: DecisionPolicy<Change, Pages, null> = {
  decidesAhead: true,
  initialState: () => new Map(),
  encodeState: encode,
  decodeState: (bytes, pages) => {
    if (Number(bytes.toString()) !== pages.size) throw new Error('pages are missing');
    return new Map([...pages].map(([pageNo, page]) => [pageNo, page.toString()]));
  },
  prepare: () => Promise.resolve(null),
  decide: (state, { command }) => ({
    kind: 'Changed',
    payload: Buffer.alloc(0),
    state: changed(state, command),
    totals: [],
  }),
  due: () => null,
  onRepeat: () => null,
};

describe('a state in pages', () => {
  let log: TestLog;
  beforeAll(async () => {
    log = await openTestLog();
  });
  afterAll(() => log.close());

  async function aCommitter() {
    const onFatal = (error: Error): void => void log.fatal.push(error);
    const committer = createCommitter({ pool: log.app, policy, clock: log.clock, owner: 'test', onFatal });
    await committer.start();
    return committer;
  }

  let commands = 0;
  function command(streamId: string, change: Change): CommandEnvelope<Change> {
    commands += 1;
    const fingerprint = Buffer.alloc(32, commands % 256);
    return {
      commandId: `c${String(commands)}`,
      fingerprint,
      streamId,
      command: change,
      input: null,
      traceparent: null,
    };
  }

  test('is what was written, whatever was cached, loaded or restarted in between', async () => {
    const change = fc
      .array(fc.tuple(fc.nat({ max: 5 }), fc.option(fc.string({ maxLength: 4 }))), {
        minLength: 1,
        maxLength: 5,
      })
      .map((pairs): Change => new Map(pairs));
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ changes: fc.array(change, { maxLength: 4 }), restart: fc.boolean() }), {
          minLength: 1,
          maxLength: 5,
        }),
        async (batches) => {
          runs += 1;
          const streamId = `${STREAM}-${String(runs)}`;
          let model: Pages = new Map();
          let committer = await aCommitter();
          for (const { changes, restart } of batches) {
            for (const each of changes) model = changed(model, each);
            const outcomes = await committer.submit(changes.map((each) => command(streamId, each)));
            expect(outcomes.every(({ status }) => status === 'recorded')).toBe(true);
            if (restart) {
              await committer.stop();
              committer = await aCommitter();
            }
          }
          await committer.stop();
          const stored = await loadStreamState(log.app, streamId);
          const pages = new Map(
            [...(stored?.pages ?? [])].map(([pageNo, page]) => [pageNo, page.toString()]),
          );
          expect(pages).toEqual(model);
        },
      ),
      { numRuns: 60, endOnFailure: true },
    );
    expect(log.fatal).toEqual([]);
  }, 60_000);

  test('writes only the pages that changed', async () => {
    const committer = await aCommitter();
    await committer.submit([command(STREAM, new Map([...Array(50).keys()].map((n) => [n, 'x'])))]);
    const versions = async () => {
      const { rows } = await log.app.query<{ no: number; at: string }>(
        `select page_no as no, xmin::text as at from stream_page where stream_id = '${STREAM}' order by page_no`,
      );
      return new Map(rows.map(({ no, at }) => [no, at]));
    };
    const before = await versions();
    await committer.submit([
      command(
        STREAM,
        new Map([
          [7, 'y'],
          [9, null],
          [60, 'z'],
        ]),
      ),
    ]);
    const after = await versions();
    const written = [...after].filter(([no, at]) => before.get(no) !== at).map(([no]) => no);
    expect(written).toEqual([7, 60]);
    expect([...before.keys()].filter((no) => !after.has(no))).toEqual([9]);
    await committer.stop();
  });
});
