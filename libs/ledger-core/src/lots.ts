import type { HeldPart, Lot } from './account';
import type { AssetAmount } from './commands';

/** Spending order, which is also expiry order (I14): priority, then expiry, then id. */
export function compareLots(left: Lot, right: Lot): number {
  if (left.priority !== right.priority) return left.priority - right.priority;
  if (left.expiresAtUs !== right.expiresAtUs) return left.expiresAtUs < right.expiresAtUs ? -1 : 1;
  if (left.id === right.id) return 0;
  return left.id < right.id ? -1 : 1;
}

/** The lots with one more, in order. New lots mostly expire last, so the search begins at the end. */
export function insertLot(lots: readonly Lot[], lot: Lot): readonly Lot[] {
  const after = lots.findLastIndex((other) => compareLots(other, lot) < 0);
  return lots.toSpliced(after + 1, 0, lot);
}

/** Takes an amount of one asset from the lots in spending order; null when they do not have it. */
export function takeFromLots(
  lots: readonly Lot[],
  wanted: AssetAmount,
): { readonly lots: readonly Lot[]; readonly parts: readonly HeldPart[] } | null {
  let missing = wanted.amount;
  const parts: HeldPart[] = [];
  const left = lots.flatMap((lot) => {
    if (missing === 0n || lot.asset !== wanted.asset) return [lot];
    const amount = lot.remaining < missing ? lot.remaining : missing;
    missing -= amount;
    parts.push({ lot, amount });
    return amount === lot.remaining ? [] : [{ ...lot, remaining: lot.remaining - amount }];
  });
  return missing === 0n ? { lots: left, parts } : null;
}

/** Gives held parts back to the lots they came from; a lot that was used up stands up again. */
export function giveBack(
  lots: readonly Lot[],
  parts: readonly HeldPart[],
  leastExpiryUs: bigint,
): readonly Lot[] {
  return parts.reduce((all, part) => {
    const live = all.find((lot) => lot.id === part.lot.id);
    const remaining = (live?.remaining ?? 0n) + part.amount;
    const known = live ?? part.lot;
    const expiresAtUs = known.expiresAtUs < leastExpiryUs ? leastExpiryUs : known.expiresAtUs;
    return insertLot(
      all.filter((lot) => lot.id !== part.lot.id),
      { ...known, remaining, expiresAtUs },
    );
  }, lots);
}

/** Amounts per asset, in the order in which the assets appear. */
export function sumByAsset(parts: readonly HeldPart[]): readonly AssetAmount[] {
  const sums = new Map<string, bigint>();
  for (const part of parts) sums.set(part.lot.asset, (sums.get(part.lot.asset) ?? 0n) + part.amount);
  return [...sums].map(([asset, amount]) => ({ asset, amount }));
}
