import { addLife, type RuleSet } from '@kuda/rules';
import { INFLUENCE, isSpendable } from './assets';
import { lotOfRecord } from './awards';
import { sumByAsset, type Booking } from './booking';
import { repairCaps } from './cap-repair';
import type { AssetAmount, ReverseTransaction } from './commands';
import { cancelPending } from './credits';
import { closedAccount, type Handler } from './handler';
import { DEFAULT_LOT_LIFE, GRACE_US } from './limits';
import { warningsOver, type Lot } from './lot';
import { awardOfLot } from './pending';
import type { Recorded } from './record';
import { refusal, type Refusal } from './refusals';
import { reversibleParts, type ReversiblePart } from './reversible-parts';

/** A part of which `amount` is reversed now. */
type Reversing = ReversiblePart;

/** Mirrors the entries of an earlier transaction, whole or in part, never more than it moved (I10). */
export const reverseTransaction: Handler<ReverseTransaction> = (booking, command, set) => {
  const closed = closedAccount(booking);
  if (closed !== null) return closed;
  const { transactionPosition, lotId, reason, caseId, requestedBy } = command;
  const record = booking.facts.transactions?.(transactionPosition) ?? null;
  if (record?.userId !== booking.account.userId) {
    return refusal('transaction_unknown', `no record of this user at ${transactionPosition.toString()}`);
  }
  const chosen = choose(booking, command, record);
  if ('refused' in chosen) return chosen;
  const owedBefore = owed(booking, chosen);
  for (const part of chosen) undo(booking, part, { record, set });
  const owedNow = owed(booking, chosen);
  const awards = chosen.flatMap(({ kind, part }) => (kind === 'credit' ? [part] : []));
  const { redecisions, rules } = repairCaps(booking, set, awards);
  const value = {
    transactionPosition,
    lotId,
    reversed: sumByAsset(chosen),
    owed: owedNow.flatMap(({ asset, amount }) => {
      const more = amount - (owedBefore.find((before) => before.asset === asset)?.amount ?? 0n);
      return more > 0n ? [{ asset, amount: more }] : [];
    }),
    reason,
    caseId,
    requestedBy,
    redecisions,
  };
  return booking.decided({ case: 'transactionReversed', value }, { rules });
};

function owed(booking: Booking, parts: readonly Reversing[]): readonly AssetAmount[] {
  const assets = new Set(parts.map(({ asset }) => asset));
  return [...assets].map((asset) => ({ asset, amount: booking.balance(asset).debt }));
}

/** The ladder of a reversal, and what it takes of each part: of the last ones first, as a mirror shows them. */
function choose(
  booking: Booking,
  { transactionPosition: position, lotId, amounts }: ReverseTransaction,
  record: Recorded,
): readonly Reversing[] | Refusal {
  const all = reversibleParts(record);
  if (all.length === 0) return refusal('not_reversible', 'the record moved nothing that can be reversed');
  const named = lotId === '' ? all : all.filter(({ part }) => awardOfLot(part) === lotId);
  if (named.length === 0) return refusal('lot_unknown', `the record has no lot ${lotId}`);
  const assets = new Set(amounts.map(({ asset }) => asset));
  const wellFormed = assets.size === amounts.length && amounts.every(({ amount }) => amount > 0n);
  if (!wellFormed || assets.has(INFLUENCE)) {
    return refusal('amounts_invalid', 'amounts above 0, each asset once; INFLUENCE follows its award');
  }
  const parts = named.map((part) => {
    const before = booking.reversed.find({ position, part: part.part })?.amount ?? 0n;
    return { ...part, left: part.amount - before };
  });
  if (parts.some((part) => isOver(booking, part, record))) {
    return refusal('lot_expired', 'the life of the award is over');
  }
  if (parts.every(({ left }) => left === 0n))
    return refusal('already_reversed', 'all of it was reversed before');
  const chosen = share(parts, amounts);
  if (chosen === null) return refusal('reversal_exceeds', 'more than is left of the transaction');
  return roomFor(booking, chosen, record) ?? chosen;
}

/** An award that neither waits nor lives any more: what is left of it has lapsed, and cannot be told from what was spent. */
function isOver(
  booking: Booking,
  { kind, part, asset, left }: ReversiblePart & { readonly left: bigint },
  record: Recorded,
): boolean {
  if (kind !== 'credit' || left === 0n || !isSpendable(asset)) return false;
  if (booking.pending.find({ lotId: part }) !== null) return false;
  return booking.endOf(lotOf(record, part)) <= booking.nowUs;
}

/** Spreads the amounts over the parts, the last first; null when they have less. Without amounts, all that is left. */
function share(
  parts: readonly (ReversiblePart & { readonly left: bigint })[],
  amounts: readonly AssetAmount[],
): readonly Reversing[] | null {
  const missing = new Map(amounts.map(({ asset, amount }) => [asset, amount]));
  const shared = new Map<string, bigint>();
  for (const { part, asset, left } of parts.toReversed()) {
    if (!isSpendable(asset)) continue;
    const wanted = amounts.length === 0 ? left : (missing.get(asset) ?? 0n);
    const amount = wanted < left ? wanted : left;
    missing.set(asset, wanted - amount);
    shared.set(part, amount);
  }
  if (amounts.length > 0 && [...missing.values()].some((amount) => amount > 0n)) return null;
  return parts.toReversed().flatMap((part) => {
    // What an award also credited follows it.
    const amount = shared.get(part.part) ?? shared.get(awardOfLot(part.part)) ?? 0n;
    return amount > 0n ? [{ ...part, amount: amount < part.left ? amount : part.left }] : [];
  });
}

function roomFor(booking: Booking, chosen: readonly Reversing[], record: Recorded): Refusal | null {
  const back = chosen.filter(({ kind }) => kind === 'capture' || kind === 'debit');
  if (back.every(({ part }) => booking.hasRoomFor(lotOf(record, part)))) return null;
  return refusal('too_many_lot_kinds', 'too many assets and restrictions');
}

interface Context {
  readonly record: Recorded;
  readonly set: RuleSet;
}

function undo(booking: Booking, part: Reversing, context: Context): void {
  const { position } = context.record;
  const before = booking.reversed.find({ position, part: part.part })?.amount ?? 0n;
  booking.reversed = booking.reversed.put({ position, part: part.part, amount: before + part.amount });
  switch (part.kind) {
    case 'credit':
      undoCredit(booking, part, context);
      return;
    case 'capture':
    case 'debit':
      undoSpending(booking, part, context);
      return;
    case 'owed':
      undoOwed(booking, part, context);
  }
}

/** Pending is cancelled; else the lot's remainder goes first, and what is held or gone is owed. */
function undoCredit(booking: Booking, part: Reversing, { record }: Context): void {
  const { asset, amount, platform, part: lotId } = part;
  const award = booking.pending.find({ lotId });
  if (award !== null) {
    cancelPending(booking, award, amount);
    return;
  }
  // What a pending award also credits is cancelled with it.
  if (booking.pending.find({ lotId: awardOfLot(lotId) }) !== null) return;
  const lot = booking.liveLot(lotOf(record, lotId));
  const taken = lot === null ? 0n : lot.remaining < amount ? lot.remaining : amount;
  if (lot !== null && taken > 0n) {
    booking.move('reversalOfAvailable', { asset, amount: taken, lotId, platform });
    booking.putLot({ ...lot, remaining: lot.remaining - taken });
  }
  if (taken < amount && isSpendable(asset)) {
    booking.move('reversalOfSpent', { asset, amount: amount - taken, lotId: '', platform });
  }
}

/** Back to the lot it came from; one that has ended lives on for the grace period. */
function undoSpending(booking: Booking, part: Reversing, { record }: Context): void {
  const { asset, amount, platform, part: lotId, kind } = part;
  const lot = lotOf(record, lotId);
  booking.move(kind === 'capture' ? 'refund' : 'debitUndone', { asset, amount, lotId, platform });
  const ended = booking.endOf(lot) <= booking.nowUs;
  booking.giveBack({ lot, amount }, ended ? booking.nowUs + GRACE_US : 0n);
}

/** What is still owed is forgiven; what was repaid since comes back as a lot of its own. */
function undoOwed(booking: Booking, { asset, amount }: Reversing, { set }: Context): void {
  const { debt } = booking.balance(asset);
  const forgiven = debt < amount ? debt : amount;
  if (forgiven > 0n) booking.move('debitForgiven', { asset, amount: forgiven, lotId: '' });
  if (forgiven === amount) return;
  const id = lotOfRecord(booking);
  const original = amount - forgiven;
  const expiresAtUs = addLife(set.calendar, booking.nowUs, DEFAULT_LOT_LIFE);
  const lot = { id, asset, origin: 'reversal', restriction: '', priority: 0, original, expiresAtUs };
  booking.move('debitUndone', { asset, amount: original, lotId: id });
  booking.putLot({ ...lot, remaining: original, warned: warningsOver(asset, expiresAtUs, booking.nowUs) });
}

/** The lot of a part as the record showed it. */
function lotOf(record: Recorded, lotId: string): Lot {
  const state = record.lots.find((lot) => lot.lotId === lotId);
  if (state === undefined)
    throw new RangeError(`record ${record.position.toString()} does not show lot ${lotId}`);
  const { lotId: id, ...lot } = state;
  return { ...lot, id, warned: 0 };
}
