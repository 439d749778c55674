import { canonicalEntry, Frontier, leafHash } from '@kuda/transparency-log';
import { COMMITTER_POINTS, type CommitterPoint } from '../committer/committer-points';
import { readEntries } from '../readers/entries';
import { anAdd, counterPolicy } from '../test/counter-policy';
import { openTestLog, type TestLog } from '../test/test-log';
import { readWriterHead } from './acquire-epoch';

describe('the Merkle tree of the log', () => {
  let log: TestLog;
  beforeEach(async () => {
    log = await openTestLog({ partitionEntries: 40n });
  });
  afterEach(() => log.close());

  async function leaves(): Promise<readonly Buffer[]> {
    const { rows } = await log.app.query<{ leaf: Buffer }>(
      'select leaf_hash as leaf from log_entry order by position',
    );
    return rows.map(({ leaf }) => leaf);
  }

  test('is rebuilt from the stored entries: leaf by leaf, and the frontier of the head', async () => {
    const policy = counterPolicy({ decidesAhead: true });
    for (let life = 0; life < 3; life += 1) {
      const committer = await log.committer({ policy });
      const many = Array.from({ length: 300 }, (_, n) =>
        committer.submit([
          anAdd(`${String(life)}-${String(n)}`, { stream: n % 5 === 0 ? null : `s${String(n % 7)}` }),
        ]),
      );
      await Promise.all(many);
      await committer.stop();
    }
    const { name, frontier, position } = await readWriterHead(log.app);
    expect(position).toBe(900n);
    const rebuilt = Frontier.empty();
    const stored = await leaves();
    for (const entry of await readEntries(log.app, { after: 0n, limit: 1_000 })) {
      const leaf = leafHash(canonicalEntry({ logName: name, ...entry }));
      expect(stored[Number(entry.position) - 1]).toEqual(leaf);
      rebuilt.append(leaf);
    }
    expect(frontier).toEqual(rebuilt.toBytes());
  });

  test('a committer that finds a tree of another size does not write', async () => {
    const committer = await log.committer();
    await committer.submit([anAdd('a')]);
    await committer.stop();
    await log.owner.query(
      `select set_config('kuda.log_function', 'on', false); update log_head set frontier = '\\x010000000000000000'`,
    );
    await expect(log.committer()).rejects.toMatchObject({ code: 'KUDA-LOG-1012' });
  });

  test('a text that has no canonical bytes is the fault of its command alone', async () => {
    const committer = await log.committer();
    const outcomes = await committer.submit([anAdd('a'), anAdd('lone \ud800'), anAdd('b')]);
    expect(outcomes.map((each) => (each.status === 'faulted' ? each.code : each.status))).toEqual([
      'recorded',
      'KUDA-LOG-1003',
      'recorded',
    ]);
  });

  test('the committer passes its points in order, around each of its awaits', async () => {
    const passed: CommitterPoint[] = [];
    const committer = await log.committer({
      onPoint: (point) => {
        passed.push(point);
      },
      policy: counterPolicy({ beside: () => Promise.resolve() }),
      onFault: () => Promise.resolve(),
    });
    await committer.submit([anAdd('a')]);
    await committer.submit([anAdd('nul\0byte')]);
    const expected = COMMITTER_POINTS.filter((point) => !/head|doubt|cover/.test(point));
    expect(new Set(passed)).toEqual(new Set(expected));
    const order = ['looking-up', 'looked-up', 'appending', 'beside-writing', 'beside-written', 'appended'];
    const places = order.map((name) => passed.indexOf(`committer.${name}` as CommitterPoint));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });
});
