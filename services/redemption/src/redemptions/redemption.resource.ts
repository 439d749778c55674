import { amountText, timeText, toRfc3339 } from '@kuda/service-kit';
import { z } from 'zod';
import type { RedemptionRecord } from './redemption.entity';

export const amountSchema = z
  .strictObject({ asset: z.string(), amount: amountText })
  .describe("In the asset's smallest unit: milli-points for POINT, seconds for GPU_SECOND/<class>.");

export const redemptionSchema = z.strictObject({
  redemption_id: z.string(),
  user_id: z.string(),
  quote_id: z.string(),
  state: z
    .enum(['requested', 'reserved', 'queued', 'admitted', 'running', 'settling', 'settled', 'refused'])
    .describe('`settled` and `refused` are final.'),
  cancellation_requested: z.boolean(),
  sku: z.string(),
  gpu_class: z.string(),
  gpu_count: z.int(),
  duration_seconds: z.int(),
  image: z.string(),
  trust_level: z.int(),
  price_book: z.string(),
  policy: z.string(),
  hold_id: z.string(),
  order_id: z.string().nullable().describe('The session of the scheduler; null until the hold stands.'),
  price: z.array(amountSchema).describe('What is held, exact per asset.'),
  captured: z.array(amountSchema).nullable().describe('What was charged; null until settled.'),
  released: z.array(amountSchema).nullable().describe('What went back; null until settled.'),
  reason: z
    .string()
    .nullable()
    .describe('used, limit, early_fail, not_running, platform_fault, hold_expired, or why it was refused.'),
  refusal_code: z.string().nullable(),
  metered_seconds: z.int().nullable(),
  requested_at: timeText,
  queue_until: timeText,
  updated_at: timeText,
  version: amountText,
  position: amountText,
});

export type RedemptionResource = z.output<typeof redemptionSchema>;

/** A redemption as callers see it. */
export function redemptionResource(row: RedemptionRecord): RedemptionResource {
  return {
    redemption_id: row.redemptionId,
    user_id: row.userId,
    quote_id: row.quoteId,
    state: row.state,
    cancellation_requested: row.isCancelled,
    sku: row.sku,
    gpu_class: row.gpuClass,
    gpu_count: row.gpuCount,
    duration_seconds: row.durationSeconds,
    image: row.image,
    trust_level: row.trustLevel,
    price_book: row.priceBook,
    policy: row.policy,
    hold_id: row.holdId,
    order_id: row.orderId,
    price: [...row.held],
    captured: row.captured === null ? null : [...row.captured],
    released: row.released === null ? null : [...row.released],
    reason: row.reason,
    refusal_code: row.refusalCode,
    metered_seconds: row.meteredSeconds === null ? null : Number(row.meteredSeconds),
    requested_at: toRfc3339(row.requestedAtUs),
    queue_until: toRfc3339(row.queueUntilUs),
    updated_at: toRfc3339(row.updatedAtUs),
    version: row.version.toString(),
    position: row.position.toString(),
  };
}
