import type { RuleDecision } from '@kuda/rules';
import type { AssetAmount } from './commands';

/** What one rule version decided, with what became of the award. */
export interface Decision {
  readonly rule: string;
  readonly ruleHash: string;
  readonly outcome: RuleDecision['outcome'];
  readonly reason: string;
  readonly asset: string;
  readonly amountFull: bigint;
  readonly amountPaid: bigint;
  /** What a version in shadow would have paid; 0 for a live one. */
  readonly amountShadow: bigint;
  /** Ledger time at which a pending award matures; 0 when it is not pending. */
  readonly pendingUntilUs: bigint;
  /** Lot of the award; empty when nothing was paid. */
  readonly lotId: string;
  readonly factsJson: string;
}

/** A suppressed decision, decided again after a reversal (I11). */
export interface Redecision {
  /** Position of the record that suppressed it. */
  readonly decidedPosition: bigint;
  readonly source: string;
  readonly eventId: string;
  readonly decision: Decision;
}

export interface LotAmount {
  readonly lotId: string;
  readonly asset: string;
  readonly amount: bigint;
}

/** What happened, by kind; names and members are those of `kuda.ledger.v1.LedgerRecord`. */
export interface Bodies {
  readonly activityDecided: {
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
    readonly riskReasons: readonly string[];
    readonly ruleSetHash: string;
  };
  readonly awarded: LotAmount & {
    readonly origin: string;
    readonly reason: string;
    readonly pendingUntilUs: bigint;
  };
  readonly awardMatured: LotAmount & { readonly rule: string };
  readonly holdPlaced: HoldNamed & {
    readonly sku: string;
    readonly amounts: readonly AssetAmount[];
    readonly lots: readonly LotAmount[];
    readonly expiresAtUs: bigint;
  };
  readonly holdCaptured: HoldNamed & {
    readonly captured: readonly AssetAmount[];
    readonly remaining: readonly AssetAmount[];
    readonly reason: string;
  };
  readonly holdSettled: HoldNamed & {
    readonly captured: readonly AssetAmount[];
    readonly released: readonly AssetAmount[];
    readonly reason: string;
  };
  readonly holdReleased: HoldNamed & { readonly released: readonly AssetAmount[]; readonly reason: string };
  readonly holdExtended: HoldNamed & { readonly expiresAtUs: bigint };
  readonly commandRefused: HoldNamed & {
    readonly code: string;
    readonly reason: string;
    readonly detail: string;
    /** The kind of command, for example `place_hold`. */
    readonly command: string;
  };
  readonly lotExpired: LotAmount;
  readonly lotExpiring: {
    readonly lotId: string;
    readonly asset: string;
    readonly remaining: bigint;
    readonly expiresAtUs: bigint;
    readonly daysLeft: number;
  };
  readonly adjustmentProposed: Adjustment & { readonly lapsesAtUs: bigint };
  readonly balanceAdjusted: Adjustment & { readonly approvedBy: string; readonly lotId: string };
  readonly transactionReversed: Case & {
    readonly transactionPosition: bigint;
    readonly lotId: string;
    readonly reversed: readonly AssetAmount[];
    readonly owed: readonly AssetAmount[];
    readonly requestedBy: string;
    readonly redecisions: readonly Redecision[];
  };
  readonly accountOpened: { readonly reason: string };
  readonly accountClosed: Requested & { readonly forfeited: readonly AssetAmount[] };
  readonly accountFrozen: Requested;
  readonly accountUnfrozen: Requested;
  readonly trustOverridden: Requested & { readonly level: number | null; readonly abuseConfirmed: boolean };
  readonly riskHoldPlaced: {
    readonly riskHoldId: string;
    readonly kind: string;
    readonly detail: string;
    readonly evidenceJson: string;
    readonly untilUs: bigint;
    readonly lotIds: readonly string[];
  };
  readonly riskHoldResolved: Case & {
    readonly riskHoldId: string;
    readonly lotIds: readonly string[];
    readonly resolution: 'release' | 'claw_back';
    readonly resolvedBy: string;
    readonly redecisions: readonly Redecision[];
  };
}

interface HoldNamed {
  readonly holdId: string;
  readonly redemptionId: string;
}

interface Requested {
  readonly reason: string;
  readonly requestedBy: string;
}

interface Case {
  readonly reason: string;
  readonly caseId: string;
}

interface Adjustment extends Case {
  readonly proposalId: string;
  readonly asset: string;
  readonly amount: bigint;
  readonly proposedBy: string;
}

export type BodyCase = keyof Bodies;

export type Body = { readonly [K in BodyCase]: { readonly case: K; readonly value: Bodies[K] } }[BodyCase];
