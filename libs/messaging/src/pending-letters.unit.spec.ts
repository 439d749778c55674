import { PendingLetters, type LetterReason } from './pending-letters';
import type { IncomingMessage, MessageBatch } from './ports';

interface Letter extends LetterReason {
  readonly offset: bigint;
}

function aBatch(topic: string, ...offsets: readonly bigint[]) {
  const letters: Letter[] = [];
  const messages = offsets.map((offset): IncomingMessage => {
    return { topic, partition: 2, offset, key: 'k', value: null, headers: {}, timestampMs: 0 };
  });
  let failures = 0;
  const batch: MessageBatch = {
    topic,
    partition: 2,
    messages,
    isStale: () => false,
    deadLetter: ({ offset }, code, detail) => {
      failures -= 1;
      if (failures >= 0) return Promise.reject(new Error('no broker'));
      letters.push({ offset, code, detail });
      return Promise.resolve();
    },
  };
  return { batch, letters, fail: (times: number) => (failures = times) };
}

function somePending() {
  const told: bigint[] = [];
  const pending = new PendingLetters<string>({
    reasonOf: (outcome) => (outcome === 'harmless' ? null : { code: 'KUDA-X-1', detail: outcome }),
    onLetter: ({ offset }) => told.push(offset),
  });
  return { pending, told };
}

function at(offset: bigint, topic = 'in.v1') {
  return { input: { topic, partition: 2, offset } };
}

describe('PendingLetters', () => {
  it('puts the record of a faulted command aside, from whichever batch it is, and tells of it once', async () => {
    const { pending, told } = somePending();
    const first = aBatch('in.v1', 5n, 6n);
    const second = aBatch('other.v1', 5n, 6n);
    await pending.during(first.batch, () =>
      pending.during(second.batch, async () => {
        await pending.onFault(at(6n, 'other.v1'), 'too long');
        await pending.onFault(at(5n), 'no such user');
        await pending.onFault(at(5n), 'no such user');
        await pending.onFault(at(6n), 'harmless');
        await pending.onFault({ input: null }, 'sender is answered');
      }),
    );
    expect(first.letters).toEqual([{ offset: 5n, code: 'KUDA-X-1', detail: 'no such user' }]);
    expect(second.letters).toEqual([{ offset: 6n, code: 'KUDA-X-1', detail: 'too long' }]);
    expect(told).toEqual([6n, 5n]);
  });

  it('publishes again what could not be published, and counts it when it stands', async () => {
    const { pending, told } = somePending();
    const { batch, letters, fail } = aBatch('in.v1', 5n);
    fail(1);
    await pending.during(batch, async () => {
      await expect(pending.onFault(at(5n), 'bad')).rejects.toThrow('no broker');
      expect(told).toEqual([]);
      await pending.onFault(at(5n), 'bad');
    });
    expect(letters).toHaveLength(1);
    expect(told).toEqual([5n]);
  });

  it('never passes over a record that is not at hand', async () => {
    const { pending } = somePending();
    const { batch, letters } = aBatch('in.v1', 5n);
    await pending.during(batch, () => Promise.resolve());
    await expect(pending.onFault(at(5n), 'bad')).rejects.toThrow('in.v1/2/5');
    await expect(pending.during(batch, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    await expect(pending.onFault(at(5n), 'bad')).rejects.toThrow('in.v1/2/5');
    expect(letters).toEqual([]);
  });
});
