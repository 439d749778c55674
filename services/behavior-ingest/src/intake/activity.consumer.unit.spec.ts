import type { InputOffset } from '@kuda/event-store';
import type { IncomingMessage, MessageBatch } from '@kuda/messaging';
import { Logger } from '@nestjs/common';
import { ActivityConsumer } from './activity.consumer';
import type { ActivityInput } from './activity-input';
import { ActivityLetters } from './activity-letters';
import type { Verdict } from '../domain/activity-event';
import { rejection } from '../domain/rejection';
import { RateLimits, type CountByProducer } from '../producers/rate-limits';
import { RecordActivityHandler } from './record-activity.handler';
import type { Recorded } from './recorded';

const REJECTED: Verdict = {
  kind: 'rejected',
  rejection: rejection('malformed_json', '', 'not JSON'),
  identity: { source: '', eventId: '' },
};

type DeadLetter = readonly [offset: bigint, code: string];

function message(offset: bigint, value: Buffer | null = Buffer.from('{}')): IncomingMessage {
  return { topic: 't', partition: 2, offset, key: 'k', value, headers: { 'x-a': '1' }, timestampMs: 0 };
}

function placeOf({ origin }: ActivityInput): InputOffset | null {
  return origin.via === 'bus' ? origin : null;
}

/** A consumer whose handler answers with `results` (or fails), and what it did. */
function aConsumer(results: readonly Recorded[] | Error) {
  const seen: ActivityInput[] = [];
  const stored: InputOffset[] = [];
  const letters: DeadLetter[] = [];
  const pending = new ActivityLetters();
  const handler = Object.create(RecordActivityHandler.prototype) as RecordActivityHandler;
  handler.judge = (inputs) => {
    seen.push(...inputs);
    return inputs.map((input) => ({ input, verdict: REJECTED, producer: 'serving' }));
  };
  // As the log does it: what is at fault is told of before anybody is answered.
  handler.commit = async (judged) => {
    if (results instanceof Error) throw results;
    for (const [index, { input }] of judged.entries()) {
      const result = results[index];
      if (result?.status === 'faulted') await pending.onFault({ input: placeOf(input) }, result);
    }
    return results;
  };
  const held: CountByProducer[] = [];
  const limits = Object.create(RateLimits.prototype) as RateLimits;
  limits.hold = (counts) => Promise.resolve(void held.push(counts));
  const storeOffset = (input: InputOffset): Promise<void> => Promise.resolve(void stored.push(input));
  const batchOf = (stale: boolean, ...messages: readonly IncomingMessage[]): MessageBatch => ({
    topic: 't',
    partition: 2,
    messages,
    isStale: () => stale,
    deadLetter: ({ offset }, code) => Promise.resolve(void letters.push([offset, code])),
  });
  return {
    consumer: new ActivityConsumer(handler, limits, pending, { storeOffset }),
    batchOf,
    seen,
    stored,
    letters,
    held,
  };
}

describe('the consumer of activity', () => {
  const accepted: Recorded = { status: 'accepted', eventId: 'e' };
  const faulted: Recorded = { status: 'faulted', eventId: 'e', code: 'KUDA-LOG-1003', detail: 'too long' };

  beforeAll(() => {
    Logger.overrideLogger(false);
  });

  it('hands on each record with its place; a record without a value has no bytes', async () => {
    const { consumer, batchOf, seen } = aConsumer([accepted, accepted]);
    await consumer.events(batchOf(false, message(5n), message(6n, null)));
    expect(seen).toMatchObject([
      {
        origin: { via: 'bus', topic: 't', partition: 2, offset: 5n },
        backfill: false,
        headers: { 'x-a': '1' },
      },
      { raw: Buffer.alloc(0), origin: { offset: 6n } },
    ]);
  });

  it('takes the topic of the past under the backfill scope', async () => {
    const { consumer, batchOf, seen } = aConsumer([accepted]);
    await consumer.backfill(batchOf(false, message(5n)));
    expect(seen).toMatchObject([{ backfill: true }]);
  });

  it('holds a batch back by the quotas of its producers', async () => {
    const { consumer, batchOf, held } = aConsumer([accepted, accepted]);
    await consumer.events(batchOf(false, message(5n), message(6n)));
    expect(held).toEqual([new Map([['serving', 2]])]);
  });

  it('leaves a batch alone whose partition was lost', async () => {
    const { consumer, batchOf, seen } = aConsumer([]);
    await consumer.events(batchOf(true, message(5n)));
    expect(seen).toEqual([]);
  });

  it('puts aside what the log could not take, and goes on', async () => {
    const { consumer, batchOf, letters, stored } = aConsumer([accepted, faulted, accepted]);
    await consumer.events(batchOf(false, message(5n), message(6n), message(7n)));
    expect(letters).toEqual([[6n, 'KUDA-LOG-1003']]);
    expect(stored).toEqual([{ topic: 't', partition: 2, offset: 6n }]);
  });

  it('hands errors of the log on to the bus', async () => {
    const away = new Error('away');
    const { consumer, batchOf } = aConsumer(away);
    await expect(consumer.events(batchOf(false, message(5n)))).rejects.toBe(away);
  });
});
