import type { TrustFacts } from '@kuda/rules';
import type { Account, Balance } from './account';
import type { Body } from './body';
import type { LotState } from './lot';

/** A signed entry of a transaction; per record and asset they sum to zero (I1). Two in a row are one move. */
export interface Entry {
  /**
   * `user/<id>/available|pending|held|debt`, or a platform account such as `issuance/<rule>`. What a user owes is the
   * negative sum of the entries on `debt`.
   */
  readonly account: string;
  readonly asset: string;
  readonly amount: bigint;
  /** The lot the amount enters or leaves, on a user's `available`, `pending` and `held`; else empty. */
  readonly lotId: string;
}

export interface AssetBalance extends Balance {
  readonly asset: string;
}

/** What a decision reads beside state and command. */
export interface LedgerFacts {
  readonly position: bigint;
  /** Version the account will have. */
  readonly version: bigint;
  /** Ledger time of the record, microseconds since the Unix epoch. */
  readonly recordedAtUs: bigint;
  /**
   * The record at a position of this user's own log, or null; asked by reversals only. It sees the entries decided
   * earlier in the same batch, so that a replay with other batches gives the same bytes (I13).
   */
  readonly transactions?: (position: bigint) => Recorded | null;
  /**
   * The user's records that rules remember something of, in log order: activityDecided, trustOverridden,
   * transactionReversed, riskHoldResolved. Seen like `transactions`; asked by reversals and claw-backs only.
   */
  readonly history?: () => readonly Recorded[];
}

/** The outcome of a command: the record to write, and the account after it. */
export interface Decided {
  readonly body: Body;
  readonly entries: readonly Entry[];
  /** Assets that the entries touched, with their balances after them. */
  readonly balances: readonly AssetBalance[];
  /** Lots that the record touched, as they stand after it. */
  readonly lots: readonly LotState[];
  readonly account: Account;
}

/** A record of the log as the domain sees it: what `kuda.ledger.v1.LedgerRecord` says. */
export interface Recorded {
  readonly position: bigint;
  readonly accountVersion: bigint;
  readonly userId: string;
  readonly commandId: string;
  readonly recordedAtUs: bigint;
  readonly body: Body;
  readonly entries: readonly Entry[];
  /** Every asset the user ever had. */
  readonly balances: readonly AssetBalance[];
  readonly trust: TrustFacts;
  readonly lots: readonly LotState[];
}
