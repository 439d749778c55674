import { setTimeout as sleep } from 'node:timers/promises';

/** How long to keep asking, and how often. */
export interface Patience {
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_EVERY_MS = 50;

/**
 * Calls `fn` until it neither throws nor answers `false`, and returns its answer. After `timeoutMs` (10 s) the last
 * error is thrown.
 */
export async function eventually<T>(
  fn: () => Promise<T> | T,
  patience: Patience = {},
): Promise<Exclude<T, false>> {
  const deadline = Date.now() + (patience.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  for (;;) {
    try {
      const answer = await fn();
      if (answer !== false) return answer as Exclude<T, false>;
      if (Date.now() >= deadline) throw new Error('eventually: still false at the end of the time');
    } catch (error) {
      if (Date.now() >= deadline) throw error;
    }
    await sleep(patience.everyMs ?? DEFAULT_EVERY_MS);
  }
}
