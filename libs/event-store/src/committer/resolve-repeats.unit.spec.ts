import type { CommandEnvelope, StoredEntry } from '../ports';
import { anAdd, type CounterCommand } from '../test/counter-policy';
import { resolveRepeats, type RepeatFacts } from './resolve-repeats';

type Command = CommandEnvelope<CounterCommand>;

function stored(command: Command, position: bigint): StoredEntry {
  const { commandId, fingerprint, streamId } = command;
  const written = { kind: 'Added', payload: Buffer.alloc(0), traceparent: null };
  return {
    commandId,
    fingerprint,
    streamId,
    ...written,
    position,
    streamVersion: position,
    recordedAtUs: position,
  };
}

function factsOf(known: readonly StoredEntry[], overrides: Partial<RepeatFacts<CounterCommand>> = {}) {
  const lookups: (readonly string[])[] = [];
  const facts: RepeatFacts<CounterCommand> = {
    lookup: (ids) => {
      lookups.push(ids);
      return Promise.resolve(
        new Map(
          known.filter(({ commandId }) => ids.includes(commandId)).map((entry) => [entry.commandId, entry]),
        ),
      );
    },
    isRecovered: () => false,
    isRedelivery: () => false,
    onRepeat: () => null,
    ...overrides,
  };
  return { facts, lookups };
}

describe('sorting a batch into fresh commands and repeats', () => {
  test('fresh commands cost one look-up', async () => {
    const { facts, lookups } = factsOf([]);
    const resolved = await resolveRepeats([anAdd('a'), anAdd('b')], facts);
    expect(resolved.map(({ status }) => status)).toEqual(['fresh', 'fresh']);
    expect(lookups).toEqual([['a', 'b']]);
  });

  test('a replacement that was recorded before is answered with its own entry', async () => {
    const twin = anAdd('twin');
    const { facts, lookups } = factsOf([stored(anAdd('a'), 1n), stored(twin, 2n)], {
      onRepeat: ({ commandId }) => (commandId === 'a' ? twin : null),
    });
    const resolved = await resolveRepeats([anAdd('a')], facts);
    expect(resolved).toEqual([
      { status: 'answered', outcome: { status: 'repeated', entry: stored(twin, 2n) } },
    ]);
    expect(lookups).toEqual([['a'], ['twin']]);
  });

  test('replacements without end are cut off and answered', async () => {
    const known = Array.from({ length: 9 }, (_, index) =>
      stored(anAdd(`a${String(index)}`), BigInt(index + 1)),
    );
    const next = ({ commandId }: Command): Command => anAdd(`a${String(Number(commandId.slice(1)) + 1)}`);
    const { facts, lookups } = factsOf(known, { onRepeat: next });
    const resolved = await resolveRepeats([anAdd('a0')], facts);
    expect(resolved).toMatchObject([{ status: 'answered', outcome: { entry: { commandId: 'a3' } } }]);
    expect(lookups).toHaveLength(4);
  });

  test('a replacement that meets its id further back in the batch goes first', async () => {
    const { facts } = factsOf([stored(anAdd('a'), 1n)], {
      onRepeat: ({ commandId }) => (commandId === 'a' ? anAdd('b') : null),
    });
    const resolved = await resolveRepeats([anAdd('a'), anAdd('c'), anAdd('b')], facts);
    expect(resolved.map(({ status }) => status)).toEqual(['fresh', 'fresh', 'follows']);
  });

  test('what a lost attempt had recorded belongs to the first who sent it', async () => {
    const { facts } = factsOf([stored(anAdd('a'), 1n)], { isRecovered: () => true });
    const resolved = await resolveRepeats([anAdd('a'), anAdd('a')], facts);
    expect(resolved).toMatchObject([
      { outcome: { status: 'recorded' } },
      { outcome: { status: 'repeated' } },
    ]);
  });
});
