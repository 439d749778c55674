import { z } from 'zod';
import { NO_SESSION, type SessionState } from '../domain/session';

const amount = z.codec(z.string().regex(/^-?\d+$/), z.bigint(), {
  decode: (text) => BigInt(text),
  encode: (value) => value.toString(),
});

const orderSchema = z.strictObject({
  orderId: z.string(),
  redemptionId: z.string(),
  userId: z.string(),
  gpuClass: z.string(),
  gpuCount: z.number(),
  durationSeconds: amount,
  image: z.string(),
  trustLevel: z.number(),
  queueUntilUs: amount,
});

const containerSchema = z.strictObject({ podUid: z.string(), node: z.string(), startedAtUs: amount });

const segmentSchema = z.strictObject({
  ...containerSchema.shape,
  endedAtUs: amount,
  source: z.enum(['kubelet', 'lease', 'heartbeat']),
});

const ends = [
  'succeeded',
  'stopped',
  'not_running',
  'user_error',
  'out_of_memory',
  'platform_fault',
  'limit',
] as const;

const phases = ['none', 'placed', 'queued', 'admitted', 'running', 'ended', 'closed'] as const;

const stateSchema = z.strictObject({
  phase: z.enum(phases),
  order: orderSchema.nullable(),
  sessionVersion: amount,
  job: z.strictObject({ namespace: z.string(), name: z.string(), uid: z.string() }).nullable(),
  running: containerSchema.nullable(),
  ended: z
    .strictObject({
      end: z.enum(ends),
      segments: z.array(segmentSchema),
      meteredSeconds: amount,
      detail: z.string(),
    })
    .nullable(),
  stopReason: z.string().nullable(),
  placedAtUs: amount,
  queuedAtUs: amount,
  admittedAtUs: amount,
  endedAtUs: amount,
  traceparent: z.string().nullable(),
});

/** Packs a state as JSON whose 64-bit integers are text. */
export function encodeState(state: SessionState): Buffer {
  const { ended } = state;
  const packed = ended === null ? null : { ...ended, segments: [...ended.segments] };
  return Buffer.from(JSON.stringify(z.encode(stateSchema, { ...state, ended: packed })));
}

/** @throws when the bytes are no state */
export function decodeState(bytes: Buffer): SessionState {
  return bytes.length === 0 ? NO_SESSION : stateSchema.parse(JSON.parse(bytes.toString('utf8')));
}
