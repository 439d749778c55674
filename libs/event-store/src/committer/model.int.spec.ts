import fc from 'fast-check';
import type { Outcome, StoredEntry } from '../ports';
import { readEntries } from '../readers/entries';
import { loadStreamStates, readHead, readOffsets, readTotals } from '../readers/states';
import { anAdd, envelope } from '../test/counter-policy';
import { LogModel, type Predicted } from '../test/log-model';
import { openTestLog, type TestLog } from '../test/test-log';

const RUNS = 200;
const STREAMS = ['s1', 's2', 's3'] as const;

/** Few ids and few streams, so that repeats, conflicts and refusals meet in every combination. */
const step = fc.record({
  id: fc.integer({ min: 0, max: 12 }),
  stream: fc.constantFrom<(string | null)[]>(...STREAMS, null),
  amount: fc.integer({ min: -3, max: 4 }),
  partition: fc.integer({ min: 0, max: 1 }),
  oddity: fc.oneof(
    { weight: 20, arbitrary: fc.constant('none') },
    { weight: 1, arbitrary: fc.constantFrom('throw', 'nul') },
  ),
});
const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('submit' as const), steps: fc.array(step, { maxLength: 12 }) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restart' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('concurrent' as const),
      steps: fc.array(step, { maxLength: 6 }),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function summaryOf(outcome: Outcome): Predicted {
  return {
    status: outcome.status,
    position: outcome.status === 'faulted' ? 0 : Number(outcome.entry.position),
  };
}

/** Commands of one run; ids carry the run, since all runs share one log that is never emptied. */
class Run {
  private offset = 0n;

  constructor(private readonly name: string) {}

  command({ id, stream, amount, partition, oddity }: Step) {
    this.offset += 1n;
    const commandId = `${this.name}-${String(id)}${oddity === 'nul' ? '\0' : ''}`;
    const input = { topic: this.name, partition, offset: this.offset };
    const streamId = stream === null ? null : `${this.name}-${stream}`;
    if (oddity === 'throw') return envelope(commandId, streamId, { type: 'throw' }, input);
    return anAdd(commandId, { stream: streamId, amount: BigInt(amount), input });
  }
}

async function entriesOfRun(log: TestLog, after: bigint): Promise<readonly StoredEntry[]> {
  return readEntries(log.app, { after, limit: 1_000 });
}

describe('the log against a simple model', () => {
  let log: TestLog;
  beforeAll(async () => {
    log = await openTestLog();
    // Durability is not what is tested here, and many short commits are slow.
    const database = new URL(log.ownerUrl).pathname.slice(1);
    await log.owner.query(`alter database ${database} set synchronous_commit = off`);
  });
  afterAll(() => log.close());

  async function check(
    name: string,
    actions: readonly (typeof action extends fc.Arbitrary<infer T> ? T : never)[],
  ) {
    const run = new Run(name);
    const model = new LogModel();
    const base = (await readHead(log.app)).position;
    const sumBefore = (await readTotals(log.app)).get('sum') ?? 0n;
    let committer = await log.committer();
    const relative = (outcome: Outcome): Predicted => {
      const summary = summaryOf(outcome);
      return summary.position === 0 ? summary : { ...summary, position: summary.position - Number(base) };
    };
    for (const act of actions) {
      if (act.type === 'restart') {
        await committer.stop();
        committer = await log.committer();
        continue;
      }
      const commands = act.steps.map((each) => run.command(each));
      const predicted = commands.map((command) => model.submit(command));
      const outcomes =
        act.type === 'submit'
          ? await committer.submit(commands)
          : (await Promise.all(commands.map((command) => committer.submit([command])))).flat();
      expect(outcomes.map(relative)).toEqual(predicted);
    }
    await committer.stop();

    const entries = await entriesOfRun(log, base);
    expect(entries.map((entry) => Number(entry.position - base))).toEqual(
      model.entries.map((_, index) => index + 1),
    );
    expect(
      entries.map(({ commandId, streamId, kind, streamVersion }) => [
        commandId,
        streamId,
        kind,
        Number(streamVersion),
      ]),
    ).toEqual(
      model.entries.map(({ commandId, streamId, kind, streamVersion }) => [
        commandId,
        streamId,
        kind,
        streamVersion,
      ]),
    );
    const states = await loadStreamStates(log.app, [...model.versions.keys()]);
    for (const [streamId, version] of model.versions) {
      expect(states.get(streamId)).toMatchObject({
        version: BigInt(version),
        state: Buffer.from(String(model.totals.get(streamId) ?? 0n)),
      });
    }
    expect(((await readTotals(log.app)).get('sum') ?? 0n) - sumBefore).toBe(model.sum);
    const offsets = (await readOffsets(log.app)).filter((offset) => offset.topic === name);
    expect(new Map(offsets.map((offset) => [offset.partition, offset.nextOffset]))).toEqual(
      model.nextOffsets,
    );
  }

  test('batches, repeats, conflicts, refusals, faults and restarts come out as the model says', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 8 }), async (actions) => {
        runs += 1;
        await check(`run${String(runs)}`, actions);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(log.fatal).toEqual([]);
  }, 120_000);
});
