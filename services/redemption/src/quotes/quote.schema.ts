import { amountText, timeText, toRfc3339 } from '@kuda/service-kit';
import { z } from 'zod';
import { amountSchema } from '../redemptions/redemption.resource';
import type { StoredQuote } from './quote.store';

/** Ids of users, as everywhere in the system. */
export const userIdSchema = z.string().regex(/^[A-Za-z0-9._:@-]{1,128}$/, 'not a user id');

/** Bounds of the request as such; what a user may have is the policy's to say. */
const MAX_COUNT = 1_000_000;

export const quoteRequestSchema = z.strictObject({
  user_id: userIdSchema,
  sku: z.string().min(1).max(64),
  gpu_count: z.int().min(1).max(MAX_COUNT),
  duration_seconds: z.int().min(1).max(MAX_COUNT),
  image: z.string().min(1).max(128).optional(),
  funding: z.enum(['hours_first', 'points_only']).default('hours_first'),
});

export const quoteQuerySchema = z.strictObject({
  min_position: z
    .string()
    .regex(/^\d{1,18}$/)
    .transform(BigInt)
    .optional()
    .describe(
      'Answer with balances as of this position of the ledger or later; 503 when it has not arrived within 3 s.',
    ),
});

export const quoteSchema = z.strictObject({
  quote_id: z.string(),
  user_id: z.string(),
  sku: z.string(),
  gpu_class: z.string(),
  gpu_count: z.int(),
  duration_seconds: z.int(),
  image: z.string(),
  funding: z.enum(['hours_first', 'points_only']),
  price: z.array(amountSchema).describe('What will be held, exact per asset.'),
  milli_points_per_hour: amountText,
  trust_level: z.int(),
  price_book: z.string(),
  price_book_hash: z.string(),
  policy: z.string(),
  policy_hash: z.string(),
  created_at: timeText,
  expires_at: timeText,
});

/** A quote as callers see it. */
export function quoteResource({ terms, funding, createdAtUs, expiresAtUs }: StoredQuote) {
  return {
    quote_id: terms.quoteId,
    user_id: terms.userId,
    sku: terms.sku,
    gpu_class: terms.gpuClass,
    gpu_count: terms.gpuCount,
    duration_seconds: terms.durationSeconds,
    image: terms.image,
    funding,
    price: terms.held.map(({ asset, amount }) => ({ asset, amount: amount.toString() })),
    milli_points_per_hour: terms.milliPointsPerHour.toString(),
    trust_level: terms.trustLevel,
    price_book: terms.priceBook,
    price_book_hash: terms.priceBookHash,
    policy: terms.policy,
    policy_hash: terms.policyHash,
    created_at: toRfc3339(createdAtUs),
    expires_at: toRfc3339(expiresAtUs),
  };
}
