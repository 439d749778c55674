/** Users kept unless told otherwise: about 400 MB with four assets each. */
export const DEFAULT_MAX_USERS = 1_000_000;
/** How long a missing version may still come late, in milliseconds; after it, it counts as lost. */
export const DEFAULT_GRACE_MS = 2_000;
/** Versions that may be missing at a time; more is a loss at once. */
export const MAX_OPEN_GAPS = 10_000;
/** Positions that may be ahead of the first missing one, per shard. */
export const MAX_POSITIONS_AHEAD = 100_000;
/** Callers that may wait for a position. */
export const MAX_WAITERS = 10_000;
/** Positions that the ledger publishes in one step, at most: what lies further back than this is published. */
export const STEP_POSITIONS = 500n;
/** Events read from before the end of each partition at a start: two such steps. */
export const BACKTRACK_RECORDS = 1_000n;
/** How long reading the topics to their end may take at a start, in milliseconds. */
export const LOAD_LIMIT_MS = 600_000;
/** How often the end of a load is looked for, in milliseconds. */
export const LOAD_POLL_MS = 20;
/** The first pause before another resynchronisation; it doubles while they fail or find nothing better. */
export const FIRST_RESYNC_PAUSE_MS = 100;
export const LONGEST_RESYNC_PAUSE_MS = 30_000;
