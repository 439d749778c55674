import { EMPTY_MEMORY, NO_TRUST, type RuleAccount } from '@kuda/rules';

/** Running balances of one asset, in its smallest unit (milli-points, seconds). None is ever negative. */
export interface Balance {
  readonly available: bigint;
  readonly pending: bigint;
  readonly held: bigint;
  readonly debt: bigint;
}

/** The remainder of one credit. Spent and expired in the order (priority, expiresAtUs, id). */
export interface Lot {
  readonly id: string;
  readonly asset: string;
  /** The rule that paid it. */
  readonly origin: string;
  readonly priority: number;
  readonly expiresAtUs: bigint;
  readonly original: bigint;
  /** Available part; what is held stands in the hold. */
  readonly remaining: bigint;
}

/** An award that waits for its pending period to end. */
export interface PendingAward {
  readonly lotId: string;
  readonly rule: string;
  readonly asset: string;
  readonly amount: bigint;
  readonly maturesAtUs: bigint;
  /** Expiry of the lot it will become. */
  readonly expiresAtUs: bigint;
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

/** Everything the ledger knows of one user: a function of the user's log entries alone. */
export interface Account {
  readonly userId: string;
  /** Version of the latest entry; 0 before the first. */
  readonly version: bigint;
  readonly balances: ReadonlyMap<string, Balance>;
  /** Live lots in spending order. */
  readonly lots: readonly Lot[];
  readonly pending: readonly PendingAward[];
  readonly holds: readonly Hold[];
  /** Ids of the latest holds that ended, oldest first. */
  readonly closedHolds: readonly string[];
  readonly rules: RuleAccount;
}

export const ZERO_BALANCE: Balance = { available: 0n, pending: 0n, held: 0n, debt: 0n };

/** The account of a user without entries. */
export function newAccount(userId: string): Account {
  return {
    userId,
    version: 0n,
    balances: new Map(),
    lots: [],
    pending: [],
    holds: [],
    closedHolds: [],
    rules: { memory: EMPTY_MEMORY, trust: NO_TRUST },
  };
}

export function balanceOf(account: Account, asset: string): Balance {
  return account.balances.get(asset) ?? ZERO_BALANCE;
}
