/** The bounds of a wait before the next attempt, in milliseconds. */
export const BACKOFF_MIN_MS = 100;
export const BACKOFF_MAX_MS = 10_000;

/** Doublings after which the bound is reached anyway; keeps the power finite. */
const MAX_DOUBLINGS = 16;

/**
 * The wait before attempt `attempt + 1` (the first failure is attempt 1): doubled each time, spread over its upper half
 * by `random` in [0, 1), so that many consumers do not come back at once.
 */
export function backoffMs(attempt: number, random: number): number {
  const doublings = Math.min(Math.max(attempt - 1, 0), MAX_DOUBLINGS);
  const ceiling = Math.min(BACKOFF_MIN_MS * 2 ** doublings, BACKOFF_MAX_MS);
  return Math.max(BACKOFF_MIN_MS, Math.floor(ceiling / 2 + (ceiling / 2) * random));
}
