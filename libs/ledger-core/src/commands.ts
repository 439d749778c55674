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
}

export interface DecideActivity {
  readonly type: 'decide-activity';
  readonly activity: Activity;
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

export interface ReleaseHold {
  readonly type: 'release-hold';
  readonly holdId: string;
  readonly reason: string;
}

/** What ledger time itself asks for. */
export type DueCommand =
  | { readonly type: 'mature-award'; readonly lotId: string }
  | { readonly type: 'expire-hold'; readonly holdId: string }
  | { readonly type: 'expire-lot'; readonly lotId: string };

export type HoldCommand = PlaceHold | SettleHold | ReleaseHold;

export type Command = DecideActivity | HoldCommand | DueCommand;
