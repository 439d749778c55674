import type { Hold, Lot, PendingAward } from '@kuda/ledger-core';
import { amountText, pageOf, timeText, toRfc3339 } from '@kuda/service-kit';
import { z } from 'zod';

const placed = { position: amountText, shard: z.int().min(0) };

const lot = z.strictObject({
  lot_id: z.string(),
  asset: z.string(),
  origin: z.string().describe('The rule that paid it, or what an award of an operator is shown as.'),
  original: amountText,
  remaining: amountText.describe('Its available part.'),
  expires_at: timeText,
  restriction: z.string().describe('Prefix of the SKUs it may be spent on; empty: anything.'),
  priority: z.int(),
});

const pendingAward = z.strictObject({
  lot_id: z.string(),
  asset: z.string(),
  origin: z.string(),
  amount: amountText,
  matures_at: timeText,
  risk_hold_id: z
    .string()
    .describe('The risk hold that keeps it until an operator has looked; empty without one.'),
});

const hold = z.strictObject({
  hold_id: z.string(),
  redemption_id: z.string(),
  sku: z.string(),
  expires_at: timeText,
  lots: z.array(
    z.strictObject({ lot_id: z.string(), asset: z.string(), origin: z.string(), amount: amountText }),
  ),
});

export const lotPage = z.strictObject({ ...pageOf(lot).shape, ...placed });
export const pendingPage = z.strictObject({ ...pageOf(pendingAward).shape, ...placed });
export const holdList = z.strictObject({ items: z.array(hold), ...placed });

export function lotView(from: Lot): z.output<typeof lot> {
  const { id, asset, origin, original, remaining, expiresAtUs, restriction, priority } = from;
  return {
    lot_id: id,
    asset,
    origin,
    original: original.toString(),
    remaining: remaining.toString(),
    expires_at: toRfc3339(expiresAtUs),
    restriction,
    priority,
  };
}

export function pendingView(from: PendingAward): z.output<typeof pendingAward> {
  const { lotId, asset, origin, amount, maturesAtUs, riskHoldId } = from;
  return {
    lot_id: lotId,
    asset,
    origin,
    amount: amount.toString(),
    matures_at: toRfc3339(maturesAtUs),
    risk_hold_id: riskHoldId,
  };
}

export function holdView({ id, redemptionId, sku, expiresAtUs, parts }: Hold): z.output<typeof hold> {
  return {
    hold_id: id,
    redemption_id: redemptionId,
    sku,
    expires_at: toRfc3339(expiresAtUs),
    lots: parts.map((part) => ({
      lot_id: part.lot.id,
      asset: part.lot.asset,
      origin: part.lot.origin,
      amount: part.amount.toString(),
    })),
  };
}
