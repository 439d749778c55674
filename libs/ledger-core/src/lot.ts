import { isSpendable } from './assets';
import { US_PER_DAY, WARN_DAYS } from './limits';
import type { Order } from './tree/node';

/** Place of a lot among those of its kind. */
export interface LotKey {
  readonly id: string;
  readonly priority: number;
  readonly expiresAtUs: bigint;
}

/** The remainder of one credit. */
export interface Lot extends LotKey {
  readonly asset: string;
  /** The rule that paid it, or what an operator's award is shown as. */
  readonly origin: string;
  /** Prefix of the SKUs it may be spent on; empty: anything. */
  readonly restriction: string;
  readonly original: bigint;
  /** Available part; what is held stands in the hold. */
  readonly remaining: bigint;
  /** Stages of `WARN_DAYS` that are over. */
  readonly warned: number;
}

/** A lot as it stands after a record. */
export interface LotState {
  readonly lotId: string;
  readonly asset: string;
  readonly origin: string;
  readonly original: bigint;
  /** Available part; what is held stands in holds. */
  readonly remaining: bigint;
  readonly expiresAtUs: bigint;
  readonly restriction: string;
  readonly priority: number;
}

/** Spending order, which is also expiry order (I14): priority, then expiry, then id. */
export function compareLots(left: LotKey, right: LotKey): number {
  if (left.priority !== right.priority) return left.priority - right.priority;
  if (left.expiresAtUs !== right.expiresAtUs) return left.expiresAtUs < right.expiresAtUs ? -1 : 1;
  if (left.id === right.id) return 0;
  return left.id < right.id ? -1 : 1;
}

/** Lots of one kind pay for the same things: they are of one asset and have one restriction. */
export function lotKind(lot: { readonly asset: string; readonly restriction: string }): string {
  return lot.restriction === '' ? lot.asset : `${lot.asset} ${lot.restriction}`;
}

/** The next warning before the lot's end, or the end. */
function nextDueUs(lot: Lot): bigint {
  const days = WARN_DAYS[lot.warned];
  return days === undefined ? lot.expiresAtUs : lot.expiresAtUs - BigInt(days) * US_PER_DAY;
}

export const LOT_ORDER: Order<LotKey, Lot> = {
  compare: compareLots,
  dueAtUs: nextDueUs,
  endsAtUs: ({ expiresAtUs }) => expiresAtUs,
};

/** How many of its warnings are over by now: those whose time has passed, and all where there is nothing to spend. */
export function warningsOver(asset: string, expiresAtUs: bigint, nowUs: bigint): number {
  if (!isSpendable(asset)) return WARN_DAYS.length;
  const left = WARN_DAYS.findIndex((days) => expiresAtUs - BigInt(days) * US_PER_DAY > nowUs);
  return left === -1 ? WARN_DAYS.length : left;
}

/** The lot as a record shows it. */
export function lotState(lot: Lot): LotState {
  const { id, asset, origin, original, remaining, expiresAtUs, restriction, priority } = lot;
  return { lotId: id, asset, origin, original, remaining, expiresAtUs, restriction, priority };
}
