const US_PER_DAY = 86_400_000_000n;

/** A hold lives through its wait in the queue (72 h), its session (24 h) and the settlement; no longer than this. */
export const MAX_HOLD_LIFE_US = 14n * US_PER_DAY;
export const MAX_OPEN_HOLDS = 16;
export const MAX_ASSETS_PER_HOLD = 8;
/** Ended holds whose ids are remembered, to tell `hold_closed` from `hold_unknown`. */
export const MAX_CLOSED_HOLDS = 64;
/** Lots that one record may take from: what a hold names is written with the account as long as it lives. */
export const MAX_LOTS_PER_RECORD = 2_048;
/** Different (asset, restriction) pairs of live lots in one account. */
export const MAX_LOT_KINDS = 100;
/** After a fault of the platform, what comes back can be spent for at least this long (DOMAIN.md section 5). */
export const GRACE_US = 14n * US_PER_DAY;
/** A lot lives at most this long from the record that made it. */
export const MAX_LOT_LIFE_US = 3_660n * US_PER_DAY;
/** Of a lot that names none: an operator's credit or award. */
export const DEFAULT_LOT_LIFE = { months: 12 } as const;
/** After so many half-lives a fading credit is below a thousandth; then its lot ends. */
export const FADED_AFTER_HALF_LIVES = 10;
/** One amount of a command, in smallest units: sums of a great many of them still fit 64 bits. */
export const MAX_AMOUNT = 1_000_000_000_000_000n;
/** A proposed adjustment can be approved for so long. */
export const PROPOSAL_LIFE_US = 7n * US_PER_DAY;
export const MAX_OPEN_PROPOSALS = 16;
export const MAX_RISK_HOLDS = 16;
/** A risk hold catches awards to come for at most so long. */
export const MAX_RISK_HOLD_US = 90n * US_PER_DAY;
/** Awards of one risk hold that one record can resolve or catch. */
export const MAX_AWARDS_PER_RECORD = 2_048;
/** Days before a lot's end at which its owner is warned. */
export const WARN_DAYS = [30, 7, 1] as const;
export { US_PER_DAY };
