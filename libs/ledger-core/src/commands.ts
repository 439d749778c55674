/** An amount of one asset, in its smallest unit. */
export interface AssetAmount {
  readonly asset: string;
  readonly amount: bigint;
}

/** An activity event that intake accepted. */
export interface Activity {
  readonly source: string;
  readonly eventId: string;
  readonly type: string;
  readonly subject: string;
  readonly beneficiary: string;
  /** As the producer wrote it. */
  readonly time: string;
  readonly timeUs: bigint;
  /** The data's JSON text as received, and the object it says. */
  readonly dataJson: Uint8Array;
  readonly data: Readonly<Record<string, unknown>>;
  readonly backfill: boolean;
  readonly personKeyFirst?: boolean;
  /** Why its awards wait for an operator, as intake claims it; the ledger adds its own reasons. */
  readonly riskReasons?: readonly string[];
}

export interface DecideActivity {
  readonly type: 'decide-activity';
  readonly activity: Activity;
}

/** Credit an amount outside of the rules. */
export interface AwardCommand {
  readonly type: 'award';
  readonly asset: string;
  readonly amount: bigint;
  /** `issuance/<origin>` or `goodwill`. */
  readonly from: string;
  readonly origin: string;
  /** 0: the default life of points. */
  readonly expiresAtUs: bigint;
  /** 0: available at once. */
  readonly pendingUntilUs: bigint;
  /** Prefix of the SKUs it may be spent on; empty: anything. */
  readonly restriction: string;
  /** Lower is spent first; rules pay 0. */
  readonly priority: number;
  readonly reason: string;
}

/** Reserve named lots for one redemption: all amounts or none. */
export interface PlaceHold {
  readonly type: 'place-hold';
  readonly holdId: string;
  readonly redemptionId: string;
  readonly sku: string;
  readonly amounts: readonly AssetAmount[];
  readonly expiresAtUs: bigint;
}

/** Capture part or all of a hold and release the rest. */
export interface SettleHold {
  readonly type: 'settle-hold';
  readonly holdId: string;
  readonly captured: readonly AssetAmount[];
  /** Reason code of DOMAIN.md section 5. */
  readonly reason: string;
}

/** Capture part of a hold now; the rest stays held, or is given back at once. */
export interface CaptureHold {
  readonly type: 'capture-hold';
  readonly holdId: string;
  readonly captured: readonly AssetAmount[];
  readonly releaseRemainder: boolean;
  readonly reason: string;
}

export interface ReleaseHold {
  readonly type: 'release-hold';
  readonly holdId: string;
  readonly reason: string;
}

/** Move a hold's expiry; never nearer. */
export interface ExtendHold {
  readonly type: 'extend-hold';
  readonly holdId: string;
  readonly expiresAtUs: bigint;
}

/** First half of an operator's adjustment. */
export interface ProposeAdjustment {
  readonly type: 'propose-adjustment';
  readonly proposalId: string;
  readonly asset: string;
  /** Signed: above 0 credits, below 0 debits. */
  readonly amount: bigint;
  readonly reason: string;
  readonly caseId: string;
  readonly proposedBy: string;
  /** Of a credited lot; 0: the default life of points. */
  readonly expiresAtUs: bigint;
  /** A credit from goodwill. */
  readonly goodwill: boolean;
}

/** Second half: another person approves (I15). */
export interface AdjustBalance {
  readonly type: 'adjust-balance';
  readonly proposalId: string;
  readonly approvedBy: string;
}

/** Mirror the entries of an earlier transaction, whole or in part (I10). */
export interface ReverseTransaction {
  readonly type: 'reverse-transaction';
  readonly transactionPosition: bigint;
  /** The award within it; empty: all that the transaction moved. */
  readonly lotId: string;
  /** Each asset once; empty: all that is not reversed yet. */
  readonly amounts: readonly AssetAmount[];
  readonly reason: string;
  readonly caseId: string;
  readonly requestedBy: string;
}

export interface OpenAccount {
  readonly type: 'open-account';
  readonly reason: string;
}

export interface CloseAccount {
  readonly type: 'close-account';
  readonly reason: string;
  readonly requestedBy: string;
  /** Lets remaining lots lapse into breakage. */
  readonly forfeit: boolean;
}

/** Stop spending, or let it go on. */
export interface FreezeAccount {
  readonly type: 'freeze-account' | 'unfreeze-account';
  readonly reason: string;
  readonly requestedBy: string;
}

export interface OverrideTrust {
  readonly type: 'override-trust';
  /** Null: the computed level is in force again. */
  readonly level: number | null;
  readonly reason: string;
  readonly requestedBy: string;
  readonly abuseConfirmed: boolean;
}

/** Keep the user's awards in pending until an operator has looked at them. */
export interface PlaceRiskHold {
  readonly type: 'place-risk-hold';
  readonly riskHoldId: string;
  readonly kind: string;
  readonly detail: string;
  readonly evidenceJson: string;
  /** Awards decided before this ledger time are kept too; 0: only those pending now. */
  readonly untilUs: bigint;
}

export interface ResolveRiskHold {
  readonly type: 'resolve-risk-hold';
  readonly riskHoldId: string;
  /** One award; empty: all of them. */
  readonly lotId: string;
  readonly resolution: 'release' | 'claw_back';
  readonly reason: string;
  readonly caseId: string;
  readonly resolvedBy: string;
}

/** What ledger time itself asks for. */
export type DueCommand =
  | { readonly type: 'mature-award'; readonly lotId: string }
  | { readonly type: 'expire-hold'; readonly holdId: string }
  /** The lot's end is near, or has come. */
  | { readonly type: 'attend-lot'; readonly lotId: string };

export type HoldCommand = PlaceHold | SettleHold | CaptureHold | ReleaseHold | ExtendHold;

/** What comes in over `ledger.commands.v1`. */
export type UserCommand =
  | HoldCommand
  | AwardCommand
  | ProposeAdjustment
  | AdjustBalance
  | ReverseTransaction
  | OpenAccount
  | CloseAccount
  | FreezeAccount
  | OverrideTrust
  | PlaceRiskHold
  | ResolveRiskHold;

export type Command = DecideActivity | UserCommand | DueCommand;
