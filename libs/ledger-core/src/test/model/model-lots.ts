import {
  DAY,
  inOrder,
  least,
  lotById,
  owe,
  owed,
  warningsOver,
  type ModelLot,
  type ModelPart,
  type ModelPending,
  type ModelState,
} from './model-state';

interface NewLot {
  readonly id: string;
  readonly asset: string;
  readonly amount: bigint;
  readonly origin: string;
  readonly endsAt: bigint;
  readonly restriction: string;
  readonly priority: number;
}

/** A lot comes into being; half of an award repays what is owed. */
export function openLot(state: ModelState, lot: NewLot, now: bigint, repays: boolean): void {
  const { amount, ...rest } = lot;
  const repaid = repays ? least(owed(state, lot.asset), amount / 2n) : 0n;
  owe(state, lot.asset, -repaid);
  state.assets.add(lot.asset);
  const warned = warningsOver(lot.asset, lot.endsAt, now);
  state.lots.push({ ...rest, original: amount, remaining: amount - repaid, warned });
}

/** An award, at once or pending; and INFLUENCE beside it where it has some. Returns what can be reversed. */
export function award(
  state: ModelState,
  waiting: ModelPending,
  of: { readonly now: bigint; readonly waits: boolean },
): ModelPart[] {
  const { lotId, asset, amount, influenceEndsAt } = waiting;
  state.assets.add(asset);
  if (influenceEndsAt !== null) state.assets.add('INFLUENCE');
  if (of.waits) state.pending.push(waiting);
  else mature(state, waiting, of.now);
  const parts: ModelPart[] = [{ kind: 'credit', lotId, asset, amount, reversed: 0n }];
  if (influenceEndsAt !== null) {
    parts.push({ kind: 'credit', lotId, asset: 'INFLUENCE', amount, reversed: 0n });
  }
  return parts;
}

export function mature(state: ModelState, award: ModelPending, now: bigint): void {
  const { lotId, asset, amount, origin, endsAt, restriction, priority, influenceEndsAt } = award;
  openLot(state, { id: lotId, asset, amount, origin, endsAt, restriction, priority }, now, true);
  if (influenceEndsAt === null) return;
  const beside = { id: `${lotId}/INFLUENCE`, asset: 'INFLUENCE', amount, origin, restriction, priority };
  openLot(state, { ...beside, endsAt: influenceEndsAt }, now, true);
}

/** Takes an amount from lots in order; null when they do not have it. */
export function take(
  state: ModelState,
  asset: string,
  amount: bigint,
  pays: (lot: ModelLot) => boolean,
): { lotId: string; amount: bigint }[] | null {
  let missing = amount;
  const parts: { lotId: string; amount: bigint }[] = [];
  for (const lot of inOrder(state.lots)) {
    const taken = least(lot.remaining, missing);
    if (lot.asset !== asset || taken === 0n || !pays(lot)) continue;
    missing -= taken;
    parts.push({ lotId: lot.id, amount: taken });
  }
  if (missing > 0n) return null;
  for (const part of parts) lotById(state, part.lotId).remaining -= part.amount;
  return parts;
}

/** Gives an amount back to its lot; `grace` lets it live for 14 more days at least. */
export function giveBack(
  state: ModelState,
  part: { readonly lotId: string; readonly amount: bigint },
  now: bigint,
  grace: boolean,
): void {
  const lot = lotById(state, part.lotId);
  const wasGone = lot.remaining === 0n;
  lot.remaining += part.amount;
  const endsAt = grace && lot.endsAt < now + 14n * DAY ? now + 14n * DAY : lot.endsAt;
  if (wasGone || endsAt !== lot.endsAt) lot.warned = warningsOver(lot.asset, endsAt, now);
  lot.endsAt = endsAt;
}
