/** How to isolate what cannot be processed. */
export interface Isolation<T> {
  /** Processes a batch, in order. */
  run(items: readonly T[]): Promise<void>;
  /** True when the failure belongs to some item of the batch, not to the world. */
  isolatable(error: unknown): boolean;
  /** Told the one item that fails even alone. */
  culprit(item: T, error: unknown): Promise<void>;
  /** False once an item needs another run: nothing after it may be processed before. */
  done(item: T): boolean;
}

/**
 * Runs a batch; when its data make it fail, runs its halves, down to the culprits alone: `log2(n)` extra runs
 * for one. Order is kept: the right half begins when all of the left one is done.
 */
export async function bisect<T>(items: readonly T[], isolation: Isolation<T>): Promise<void> {
  try {
    await isolation.run(items);
  } catch (error) {
    const [first] = items;
    if (first === undefined || !isolation.isolatable(error)) throw error;
    if (items.length === 1) {
      await isolation.culprit(first, error);
      return;
    }
    const middle = Math.ceil(items.length / 2);
    const left = items.slice(0, middle);
    await bisect(left, isolation);
    if (left.every((item) => isolation.done(item))) await bisect(items.slice(middle), isolation);
  }
}
