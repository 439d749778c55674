import { canonicalEntry, Frontier, leafHash } from '@kuda/transparency-log';
import fc from 'fast-check';
import type { Outcome, StoredEntry } from '../ports';
import { anAdd, counterPolicy, envelope } from '../test/counter-policy';
import { LogModel, type Predicted } from '../test/log-model';
import { memoryCommitter } from '../test/memory-committer';
import { MemoryStore, type Trouble } from '../test/memory-store';

const trouble = fc.constantFrom<Trouble[]>(
  'none',
  'none',
  'none',
  'lost-before',
  'lost-after',
  'deadlock',
  'stale',
);

const command = fc
  .record({
    id: fc.integer({ min: 0, max: 15 }),
    stream: fc.constantFrom<(string | null)[]>('s1', 's2', 's3', null),
    amount: fc.bigInt({ min: -3n, max: 4n }),
    oddity: fc.constantFrom('none', 'none', 'none', 'none', 'none', 'throw', 'nul'),
  })
  .map(({ id, stream, amount, oddity }) => {
    const commandId = `c${String(id)}${oddity === 'nul' ? '\0' : ''}`;
    return oddity === 'throw'
      ? envelope(commandId, stream, { type: 'throw' })
      : anAdd(commandId, { stream, amount });
  });

function summaryOf(outcome: Outcome): Predicted {
  return {
    status: outcome.status,
    position: outcome.status === 'faulted' ? 0 : Number(outcome.entry.position),
  };
}

/** The tree over the entries as they are stored, from nothing. */
function frontierOf(entries: readonly StoredEntry[]): Buffer {
  const frontier = Frontier.empty();
  for (const entry of entries) frontier.append(leafHash(canonicalEntry({ logName: 'memory', ...entry })));
  return frontier.toBytes();
}

describe('the committer, whatever happens to its connection', () => {
  test('answers what the model says, and the log holds it once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(command, { maxLength: 10 }), { minLength: 1, maxLength: 6 }),
        fc.array(trouble, { maxLength: 30 }),
        fc.integer({ min: 1, max: 3 }),
        async (batches, script, cachedStreams) => {
          const model = new LogModel();
          const store = new MemoryStore(script);
          const committer = await memoryCommitter(store, { cachedStreams, attempts: 40 });
          let offset = 0n;
          for (const batch of batches) {
            const inputs = batch.map((each) => {
              offset += 1n;
              return { ...each, input: { topic: 'in.v1', partition: 0, offset } };
            });
            const predicted = inputs.map((each) => model.submit(each));
            const outcomes = await committer.submit(inputs);
            expect(outcomes.map(summaryOf)).toEqual(predicted);
          }
          expect(store.entries.map((entry) => entry.commandId)).toEqual(
            model.entries.map((entry) => entry.commandId),
          );
          for (const [streamId, stream] of store.streams) {
            expect(stream.state.toString()).toBe(String(model.totals.get(streamId) ?? 0n));
            expect(Number(stream.version)).toBe(model.versions.get(streamId));
          }
          expect(store.totals.get('sum') ?? 0n).toBe(model.sum);
          expect(store.next.get('in.v1/0')?.nextOffset).toBe(model.nextOffsets.get(0));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('the same when batches are decided ahead of the one that is being committed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(command, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 10 }),
        fc.array(trouble, { maxLength: 30 }),
        fc.record({
          turns: fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 7 }),
          pauses: fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 7 }),
          cachedStreams: fc.integer({ min: 1, max: 3 }),
        }),
        async (batches, script, { turns, pauses, cachedStreams }) => {
          const model = new LogModel();
          const store = new MemoryStore(script, turns);
          const policy = counterPolicy({ decidesAhead: true });
          const committer = await memoryCommitter(store, { policy, cachedStreams, attempts: 40 });
          let offset = 0n;
          const submitted: Promise<readonly Outcome[]>[] = [];
          const predicted: (readonly Predicted[])[] = [];
          for (const [index, batch] of batches.entries()) {
            const inputs = batch.map((each) => {
              offset += 1n;
              return { ...each, input: { topic: 'in.v1', partition: 0, offset } };
            });
            predicted.push(inputs.map((each) => model.submit(each)));
            submitted.push(committer.submit(inputs));
            // Each pause is another moment of the batch before.
            for (let left = pauses[index % pauses.length] ?? 0; left > 0; left -= 1) await Promise.resolve();
          }
          const outcomes = await Promise.all(submitted);
          expect(outcomes.map((each) => each.map(summaryOf))).toEqual(predicted);
          expect(store.entries.map((entry) => entry.commandId)).toEqual(
            model.entries.map((entry) => entry.commandId),
          );
          for (const [streamId, stream] of store.streams) {
            expect(stream.state.toString()).toBe(String(model.totals.get(streamId) ?? 0n));
          }
          expect(store.totals.get('sum') ?? 0n).toBe(model.sum);
          expect(store.next.get('in.v1/0')?.nextOffset).toBe(model.nextOffsets.get(0));
          expect((await store.head()).frontier).toEqual(frontierOf(store.entries));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
