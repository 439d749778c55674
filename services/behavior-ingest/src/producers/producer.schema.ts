import { timeText, toRfc3339 } from '@kuda/service-kit';
import { z } from 'zod';
import { EVENT_TYPES } from '../domain/event-types';
import { ANY, type Producer } from '../domain/producer';
import { parseInstantUs } from '../domain/rfc3339';
import type { ProducerTerms } from './change-producer.handler';

const MAX_SOURCES = 64;
const MAX_QUOTA = 100_000_000;
const MAX_WINDOW_SECONDS = 86_400;
/** The largest request must fit the quota, or it could never be taken. */
const MIN_QUOTA = 100;
/** product.md section 5: `"ingest";q=5000;w=10`. */
const DEFAULT_RATE = { quota: 5_000, window_seconds: 10 };

export const producerId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/)
  .describe('Stable name, for example "serving".');
export const keyId = z.string().regex(/^[0-9a-f]{12}$/);

const sourcePattern = z
  .string()
  .regex(/^[!-"$-~]{1,256}$/)
  .describe('A CloudEvents source, or a beginning of sources that ends with "*". The longest one decides.');
const typeName = z.enum([ANY, ...EVENT_TYPES.keys()]);
const rate = z.strictObject({
  quota: z.int().min(MIN_QUOTA).max(MAX_QUOTA).describe('Events.'),
  window_seconds: z.int().min(1).max(MAX_WINDOW_SECONDS),
});

const terms = {
  sources: z.array(sourcePattern).min(1).max(MAX_SOURCES),
  types: z.array(typeName).min(1).max(EVENT_TYPES.size).describe('Event types it may emit; "*" for all.'),
  backfill: z.boolean().default(false).describe('May send events older than 7 days.'),
  rate: rate.nullable().default(DEFAULT_RATE).describe('Its bound over all ways; null: none.'),
};

export const newProducer = z.strictObject({ id: producerId, ...terms });
export const changedProducer = z.strictObject({ ...terms, enabled: z.boolean().default(true) });
export const newKeyRequest = z.strictObject({
  expires_at: timeText.optional(),
  others_expire_at: timeText.optional().describe('Rotation: the keys before it end then.'),
});

export const producerView = z.strictObject({
  id: z.string(),
  version: z.string(),
  sources: z.array(z.string()),
  types: z.array(z.string()),
  backfill: z.boolean(),
  rate: rate.nullable(),
  enabled: z.boolean(),
  keys: z.array(
    z.strictObject({ key_id: z.string(), created_at: timeText, expires_at: timeText.nullable() }),
  ),
});
export const producerList = z.strictObject({ items: z.array(producerView) });
export const producerWithKey = z.strictObject({
  producer: producerView,
  key_id: z.string(),
  key: z
    .string()
    .describe('Shown this once: only its SHA-256 is kept. Send it as `Authorization: Bearer …`.'),
});

/** Terms as the handler takes them. */
export function termsOf(given: Omit<z.output<typeof newProducer>, 'id'>): ProducerTerms {
  const { sources, types, backfill, rate: asked } = given;
  const policy = asked === null ? null : { quota: asked.quota, windowSeconds: asked.window_seconds };
  return { sources: [...new Set(sources)], types: [...new Set(types)], backfill, rate: policy };
}

/** Microseconds of an optional time; zod has checked that it is one. */
export function instantOf(time: string | undefined): bigint | null {
  return time === undefined ? null : (parseInstantUs(time) ?? null);
}

/** A producer as shown: its keys without their digests. */
export function viewOf(producer: Producer): z.output<typeof producerView> {
  const { id, version, sources, types, backfill, rate: policy, enabled, keys } = producer;
  return {
    id,
    version: version.toString(),
    sources: [...sources],
    types: [...types],
    backfill,
    rate: policy === null ? null : { quota: policy.quota, window_seconds: policy.windowSeconds },
    enabled,
    keys: keys.map((key) => ({
      key_id: key.keyId,
      created_at: toRfc3339(key.createdAtUs),
      expires_at: key.expiresAtUs === null ? null : toRfc3339(key.expiresAtUs),
    })),
  };
}
