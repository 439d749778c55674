import { create, GpuOrderSchema, toBinary } from '@kuda/contracts';
import type { InputOffset, Outcome, StoredEntry } from '@kuda/event-store';
import type { IncomingMessage, MessageBatch } from '@kuda/messaging';
import { Logger } from '@nestjs/common';
import { OrderLetters } from './order-letters';
import { OrderConsumer } from './order.consumer';
import { PlaceOrderHandler } from './place-order.handler';
import type { SessionEnvelope } from './session-stream';

Logger.overrideLogger(false);

const PLACE = {
  redemptionId: 'r-1',
  userId: 'u-1',
  gpuClass: 't4',
  gpuCount: 1,
  durationSeconds: 60n,
  image: 'x',
};

function placeOrder(orderId: string): Buffer {
  const order = create(GpuOrderSchema, { orderId, order: { case: 'placeOrder', value: PLACE } });
  return Buffer.from(toBinary(GpuOrderSchema, order));
}

function stopOrder(orderId: string): Buffer {
  const order = create(GpuOrderSchema, {
    orderId,
    order: { case: 'stopOrder', value: { reason: 'enough' } },
  });
  return Buffer.from(toBinary(GpuOrderSchema, order));
}

const ENTRY: StoredEntry = {
  commandId: 'c',
  fingerprint: Buffer.alloc(0),
  streamId: 's',
  kind: 'OrderPlaced',
  payload: Buffer.alloc(0),
  traceparent: null,
  position: 1n,
  streamVersion: 1n,
  recordedAtUs: 1n,
};

interface Taken {
  readonly submitted: SessionEnvelope[];
  readonly woken: string[];
  readonly stored: InputOffset[];
  readonly dead: { readonly offset: bigint; readonly code: string }[];
}

async function take(
  values: readonly Buffer[],
  outcomeOf: (envelope: SessionEnvelope) => Outcome = () => ({ status: 'recorded', entry: ENTRY }),
): Promise<Taken> {
  const taken: Taken = { submitted: [], woken: [], stored: [], dead: [] };
  const letters = new OrderLetters();
  const committer = {
    // As the log does it: what is at fault is told of before anybody is answered.
    submit: async (envelopes: readonly SessionEnvelope[]) => {
      taken.submitted.push(...envelopes);
      const outcomes = envelopes.map(outcomeOf);
      for (const [index, envelope] of envelopes.entries()) {
        const outcome = outcomes[index];
        if (outcome?.status === 'faulted' || outcome?.status === 'conflict') {
          await letters.onFault(envelope, outcome);
        }
      }
      return outcomes;
    },
    storeOffset: (input: InputOffset) => {
      taken.stored.push(input);
      return Promise.resolve();
    },
  };
  const waker = { wake: (orderId: string) => taken.woken.push(orderId) };
  const consumer = new OrderConsumer(new PlaceOrderHandler(committer, waker), letters, committer);
  const messages = values.map((value, index): IncomingMessage => {
    const at = { topic: 'gpu.orders.v1', partition: 2, offset: BigInt(index) };
    return { ...at, key: 'k', value, headers: {}, timestampMs: 0 };
  });
  const batch: MessageBatch = {
    topic: 'gpu.orders.v1',
    partition: 2,
    messages,
    isStale: () => false,
    deadLetter: (message, code) => {
      taken.dead.push({ offset: message.offset, code });
      return Promise.resolve();
    },
  };
  await consumer.take(batch);
  return taken;
}

test('orders are recorded in order with their offsets, and their sessions are woken', async () => {
  const { submitted, woken, stored, dead } = await take([placeOrder('a'), stopOrder('a'), placeOrder('b')]);
  expect(submitted.map(({ commandId }) => commandId)).toEqual([
    'place_order/a',
    'stop_order/a',
    'place_order/b',
  ]);
  expect(submitted.map(({ streamId }) => streamId)).toEqual(['session-a', 'session-a', 'session-b']);
  expect(submitted[2]?.input).toEqual({ topic: 'gpu.orders.v1', partition: 2, offset: 2n });
  expect(woken).toEqual(['a', 'a', 'b']);
  expect(stored).toEqual([{ topic: 'gpu.orders.v1', partition: 2, offset: 2n }]);
  expect(dead).toEqual([]);
});

test('what cannot be read, or cannot name a Job, is put aside, and the rest goes on', async () => {
  const { submitted, dead, stored } = await take([
    Buffer.from([0xff, 0xff]),
    placeOrder('Not_A_Name'),
    placeOrder('b'),
  ]);
  expect(submitted.map(({ commandId }) => commandId)).toEqual(['place_order/b']);
  expect(dead).toEqual([
    { offset: 0n, code: 'KUDA-GPU-1001' },
    { offset: 1n, code: 'KUDA-GPU-1001' },
  ]);
  expect(stored[0]?.offset).toBe(2n);
});

test('a second order under a known id, and one that the log refuses, are put aside', async () => {
  const { dead } = await take([placeOrder('a'), placeOrder('b')], ({ streamId }) =>
    streamId === 'session-a'
      ? { status: 'conflict', entry: ENTRY }
      : { status: 'faulted', code: 'KUDA-LOG-1003', detail: 'too long' },
  );
  expect(dead.map(({ code }) => code)).toEqual(['KUDA-GPU-1003', 'KUDA-GPU-1002']);
});

test('a redelivered order has the fingerprint of the first', async () => {
  const { submitted } = await take([placeOrder('a'), placeOrder('a')]);
  expect(submitted[0]?.fingerprint).toEqual(submitted[1]?.fingerprint);
});
