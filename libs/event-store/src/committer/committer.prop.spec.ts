import fc from 'fast-check';
import { anAdd, envelope } from '../test/counter-policy';
import { LogModel } from '../test/log-model';
import { memoryCommitter } from '../test/memory-committer';
import { MemoryStore, type Trouble } from '../test/memory-store';

const trouble = fc.constantFrom<Trouble[]>('none', 'none', 'lost-before', 'lost-after', 'deadlock');

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
            const told = outcomes.map((outcome) => ({
              status: outcome.status,
              position: outcome.status === 'faulted' ? 0 : Number(outcome.entry.position),
            }));
            expect(told).toEqual(predicted);
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
});
