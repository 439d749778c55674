import type { Booking } from './booking';
import { warningsOver, type Lot } from './lot';
import { twinLotId, type PendingAward } from './pending';

/** A lot before anything is in it. */
type NewLot = Omit<Lot, 'remaining' | 'warned'>;

/** What a credit becomes when it can be spent. */
export type Credit = Omit<PendingAward, 'maturesAtUs' | 'riskHoldId'>;

/** Credits an award at once, with what it also credits; half of it repays what is owed. */
export function creditAward(booking: Booking, credit: Credit): void {
  for (const lot of lotsOf(credit)) {
    const { asset, id, original: amount } = lot;
    booking.move('award', { asset, amount, lotId: id, platform: credit.source });
    openLot(booking, lot);
  }
}

/** Credits an award that waits. The record shows its lots, with nothing in them yet. */
export function creditPending(booking: Booking, award: PendingAward): void {
  for (const lot of lotsOf(award)) {
    const { asset, id, original: amount } = lot;
    booking.move('pendingAward', { asset, amount, lotId: id, platform: award.source });
    booking.touch({ ...lot, remaining: 0n, warned: 0 });
  }
  booking.pending = booking.pending.put(award);
  waitUnder(booking, award.riskHoldId, 1);
}

/** Makes a pending award available. */
export function mature(booking: Booking, award: PendingAward): void {
  booking.pending = booking.pending.remove(award);
  for (const lot of lotsOf(award)) {
    booking.move('maturing', { asset: lot.asset, amount: lot.original, lotId: lot.id });
    openLot(booking, lot);
  }
}

/** Takes back so much of a pending award, and of what it also credits. */
export function cancelPending(booking: Booking, award: PendingAward, amount: bigint): void {
  for (const { id, asset } of lotsOf(award)) {
    booking.move('reversalOfPending', { asset, amount, lotId: id, platform: award.source });
  }
  const left = { ...award, amount: award.amount - amount };
  for (const lot of lotsOf(left)) booking.touch({ ...lot, remaining: 0n, warned: 0 });
  if (left.amount > 0n) {
    booking.pending = booking.pending.put(left);
    return;
  }
  booking.pending = booking.pending.remove(award);
  waitUnder(booking, award.riskHoldId, -1);
}

/** A credit by hand: nothing is repaid from it. */
export function creditLot(booking: Booking, lot: NewLot, source: string): void {
  booking.move('award', { asset: lot.asset, amount: lot.original, lotId: lot.id, platform: source });
  putNew(booking, lot, lot.original);
}

/** Awards more or fewer wait under a risk hold; one that keeps nothing, and catches nothing any more, is forgotten. */
export function waitUnder(booking: Booking, riskHoldId: string, more: number): void {
  if (riskHoldId === '') return;
  booking.riskHolds = booking.riskHolds.flatMap((hold) => {
    if (hold.id !== riskHoldId) return [hold];
    const waiting = hold.waiting + more;
    return waiting > 0 || hold.untilUs > booking.nowUs ? [{ ...hold, waiting }] : [];
  });
}

/** Half of an award, rounded down to the smallest unit, goes to what is owed. */
function openLot(booking: Booking, lot: NewLot): void {
  const { asset, id, original } = lot;
  const { debt } = booking.balance(asset);
  const half = original / 2n;
  const repaid = debt < half ? debt : half;
  if (repaid > 0n) booking.move('repayment', { asset, amount: repaid, lotId: id });
  putNew(booking, lot, original - repaid);
}

function putNew(booking: Booking, lot: NewLot, remaining: bigint): void {
  const warned = warningsOver(lot.asset, lot.expiresAtUs, booking.nowUs);
  booking.putLot({ ...lot, remaining, warned });
}

/** The award's own lot, and those of what it also credits. */
function lotsOf(credit: Credit): readonly NewLot[] {
  const { lotId, asset, amount, origin, expiresAtUs, restriction, priority, twins } = credit;
  const shared = { origin, priority, restriction, original: amount };
  const own = { ...shared, id: lotId, asset, expiresAtUs };
  if (twins.length === 0) return [own];
  const also = twins.map((twin) => ({
    ...shared,
    id: twinLotId(lotId, twin.asset),
    asset: twin.asset,
    expiresAtUs: twin.expiresAtUs,
  }));
  return [own, ...also];
}
