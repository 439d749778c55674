import type { RuleDecision } from '@kuda/rules';
import type { Account, Balance } from './account';
import type { AssetAmount } from './commands';

/** A signed entry of a transaction; per record and asset they sum to zero (I1). */
export interface Entry {
  /** `user/<id>/available|pending|held|debt`, or a platform account such as `issuance/<rule>`. */
  readonly account: string;
  readonly asset: string;
  readonly amount: bigint;
  /** The lot the amount enters or leaves, on a user's `available`; else empty. */
  readonly lotId: string;
}

/** What one rule version decided, with what became of the award. */
export interface Decision {
  readonly rule: string;
  readonly ruleHash: string;
  readonly outcome: RuleDecision['outcome'];
  readonly reason: string;
  readonly asset: string;
  readonly amountFull: bigint;
  readonly amountPaid: bigint;
  /** Ledger time at which a pending award matures; 0 when it is not pending. */
  readonly pendingUntilUs: bigint;
  /** Lot of the award; empty when nothing was paid. */
  readonly lotId: string;
  readonly factsJson: string;
}

export interface HeldLot {
  readonly lotId: string;
  readonly asset: string;
  readonly amount: bigint;
}

/** The body of a record; the members are those of `kuda.ledger.v1.LedgerRecord`. */
export type Body =
  | {
      readonly case: 'activityDecided';
      readonly value: {
        readonly source: string;
        readonly eventId: string;
        readonly type: string;
        readonly subject: string;
        readonly time: string;
        readonly timeUs: bigint;
        readonly ruleSet: string;
        readonly decisions: readonly Decision[];
        readonly dataJson: Uint8Array;
        readonly backfill: boolean;
        readonly personKeyFirst?: boolean;
      };
    }
  | {
      readonly case: 'awardMatured';
      readonly value: HeldLot & { readonly rule: string };
    }
  | {
      readonly case: 'holdPlaced';
      readonly value: {
        readonly holdId: string;
        readonly redemptionId: string;
        readonly sku: string;
        readonly amounts: readonly AssetAmount[];
        readonly lots: readonly HeldLot[];
        readonly expiresAtUs: bigint;
      };
    }
  | {
      readonly case: 'holdSettled';
      readonly value: {
        readonly holdId: string;
        readonly redemptionId: string;
        readonly captured: readonly AssetAmount[];
        readonly released: readonly AssetAmount[];
        readonly reason: string;
      };
    }
  | {
      readonly case: 'holdReleased';
      readonly value: {
        readonly holdId: string;
        readonly redemptionId: string;
        readonly released: readonly AssetAmount[];
        readonly reason: string;
      };
    }
  | {
      readonly case: 'commandRefused';
      readonly value: {
        readonly code: string;
        readonly reason: string;
        readonly holdId: string;
        readonly redemptionId: string;
        readonly detail: string;
      };
    }
  | { readonly case: 'lotExpired'; readonly value: HeldLot };

/** What a decision reads beside state and command. */
export interface LedgerFacts {
  readonly position: bigint;
  /** Version the account will have. */
  readonly version: bigint;
  /** Ledger time of the record, microseconds since the Unix epoch. */
  readonly recordedAtUs: bigint;
}

/** The outcome of a command: the record to write, and the account after it. */
export interface Decided {
  readonly body: Body;
  readonly entries: readonly Entry[];
  /** Assets that the entries touched, with their balances after them. */
  readonly balances: readonly (Balance & { readonly asset: string })[];
  readonly account: Account;
}
