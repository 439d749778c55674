import { NEVER_US, type Order } from './tree/node';

/** An award that waits: for its pending period to end, or for an operator. */
export interface PendingAward {
  readonly lotId: string;
  readonly asset: string;
  /** What is left of it. */
  readonly amount: bigint;
  /** Shown as the lot's origin: the rule, as a rule. */
  readonly origin: string;
  /** The platform account it was paid from. */
  readonly source: string;
  readonly maturesAtUs: bigint;
  /** Expiry of the lot it will become. */
  readonly expiresAtUs: bigint;
  readonly restriction: string;
  readonly priority: number;
  /** Assets credited in the same amount, each in a lot of its own with its end (`twinLot`). */
  readonly twins: readonly Twin[];
  /** The risk hold it waits under; empty when it only waits for its time. */
  readonly riskHoldId: string;
}

/** What an award also credits, in the same amount. */
export interface Twin {
  readonly asset: string;
  readonly expiresAtUs: bigint;
}

/** The lot of what an award also credits. */
export function twinLotId(lotId: string, asset: string): string {
  return `${lotId}/${asset}`;
}

/** The award whose twin a lot is; the lot itself when it is none. */
export function awardOfLot(lotId: string): string {
  const at = lotId.indexOf('/');
  return at === -1 ? lotId : lotId.slice(0, at);
}

/** Position of the record that made a lot: its id says it. */
export function positionOfLot(lotId: string): bigint {
  return BigInt(lotId.slice(lotId.indexOf('-') + 1, lotId.indexOf('.')));
}

export const PENDING_ORDER: Order<{ readonly lotId: string }, PendingAward> = {
  compare: (left, right) => compareText(left.lotId, right.lotId),
  dueAtUs: (award) => (award.riskHoldId === '' ? award.maturesAtUs : NEVER_US),
  endsAtUs: () => NEVER_US,
};

/** A part of a transaction: the lot it moved; without a lot, what it made owed of an asset. */
export interface ReversedKey {
  readonly position: bigint;
  readonly part: string;
}

/** How much of a part was reversed before (I10). */
export interface Reversed extends ReversedKey {
  readonly amount: bigint;
}

export const REVERSED_ORDER: Order<ReversedKey, Reversed> = {
  compare: (left, right) => {
    if (left.position !== right.position) return left.position < right.position ? -1 : 1;
    return compareText(left.part, right.part);
  },
  dueAtUs: () => NEVER_US,
  endsAtUs: () => NEVER_US,
};

function compareText(left: string, right: string): number {
  return left === right ? 0 : left < right ? -1 : 1;
}
