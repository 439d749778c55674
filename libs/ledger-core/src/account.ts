import { EMPTY_MEMORY, NO_TRUST, type RuleAccount } from '@kuda/rules';
import { LOT_ORDER, type Lot, type LotKey } from './lot';
import { PENDING_ORDER, REVERSED_ORDER, type PendingAward, type Reversed, type ReversedKey } from './pending';
import { Tree } from './tree/tree';

/** Running balances of one asset, in its smallest unit (milli-points, seconds). None is ever negative. */
export interface Balance {
  readonly available: bigint;
  readonly pending: bigint;
  readonly held: bigint;
  /** What the user owes: the negative sum of the entries on `debt`. */
  readonly debt: bigint;
}

/** A part of a lot that a hold has reserved; the lot as it was, so that it can be given back whole. */
export interface HeldPart {
  readonly lot: Lot;
  readonly amount: bigint;
}

/** A reservation of named lots for one redemption. */
export interface Hold {
  readonly id: string;
  readonly redemptionId: string;
  readonly sku: string;
  readonly expiresAtUs: bigint;
  /** In spending order. */
  readonly parts: readonly HeldPart[];
}

/** An adjustment that waits for a second person. */
export interface Proposal {
  readonly id: string;
  readonly asset: string;
  readonly amount: bigint;
  readonly reason: string;
  readonly caseId: string;
  readonly proposedBy: string;
  readonly expiresAtUs: bigint;
  readonly goodwill: boolean;
  readonly lapsesAtUs: bigint;
}

/** Why awards wait for an operator. */
export interface RiskHold {
  readonly id: string;
  readonly kind: string;
  /** Awards decided before this ledger time come under it. */
  readonly untilUs: bigint;
  /** Awards that wait under it. */
  readonly waiting: number;
}

export type LotTree = Tree<LotKey, Lot>;

/** Everything the ledger knows of one user: a function of the user's log entries alone. */
export interface Account {
  readonly userId: string;
  /** Version of the latest entry; 0 before the first. */
  readonly version: bigint;
  /** `new` until the first event, award or opening. */
  readonly status: 'new' | 'open' | 'closed';
  readonly frozen: boolean;
  readonly balances: ReadonlyMap<string, Balance>;
  /** Live lots by kind (`lotKind`), each tree in spending order. */
  readonly lots: ReadonlyMap<string, LotTree>;
  /** Lots whose end was moved out after a fault of the platform, with it; until it has come. */
  readonly movedEnds: ReadonlyMap<string, bigint>;
  readonly pending: Tree<{ readonly lotId: string }, PendingAward>;
  readonly holds: readonly Hold[];
  /** Ids of the latest holds that ended, oldest first. */
  readonly closedHolds: readonly string[];
  readonly proposals: readonly Proposal[];
  readonly riskHolds: readonly RiskHold[];
  /** What was reversed before, by part of a transaction. */
  readonly reversed: Tree<ReversedKey, Reversed>;
  readonly rules: RuleAccount;
}

export const ZERO_BALANCE: Balance = { available: 0n, pending: 0n, held: 0n, debt: 0n };

/** Slots of an account's trees; lots have those behind them. */
export const PENDING_SLOT = 0;
export const REVERSED_SLOT = 1;
export const FIRST_LOT_SLOT = 2;

/** The account of a user without entries. */
export function newAccount(userId: string): Account {
  return {
    userId,
    version: 0n,
    status: 'new',
    frozen: false,
    balances: new Map(),
    lots: new Map(),
    movedEnds: new Map(),
    pending: new Tree(PENDING_ORDER, PENDING_SLOT),
    holds: [],
    closedHolds: [],
    proposals: [],
    riskHolds: [],
    reversed: new Tree(REVERSED_ORDER, REVERSED_SLOT),
    rules: { memory: EMPTY_MEMORY, trust: NO_TRUST },
  };
}

export function balanceOf(account: Account, asset: string): Balance {
  return account.balances.get(asset) ?? ZERO_BALANCE;
}

/** An empty tree of lots in a slot that none of the others has. */
export function newLotTree(lots: Account['lots']): LotTree {
  const taken = new Set([...lots.values()].map((tree) => tree.slot));
  let slot = FIRST_LOT_SLOT;
  while (taken.has(slot)) slot += 1;
  return new Tree(LOT_ORDER, slot);
}
