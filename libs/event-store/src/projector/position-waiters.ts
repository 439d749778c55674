/** Callers that may wait for a position at once. */
export const MAX_POSITION_WAITERS = 10_000;

interface Waiter {
  readonly position: bigint;
  readonly answer: (reached: boolean) => void;
}

/** Lets readers wait until a position has been reached (read your own writes). */
export class PositionWaiters {
  private readonly waiters = new Set<Waiter>();
  private reached = 0n;

  get position(): bigint {
    return this.reached;
  }

  reach(position: bigint): void {
    this.reached = position;
    for (const waiter of this.waiters) if (waiter.position <= position) waiter.answer(true);
  }

  /** True once the position is reached; false when `timeoutMs` have passed, or too many wait already. */
  waitFor(position: bigint, timeoutMs: number): Promise<boolean> {
    if (position <= this.reached) return Promise.resolve(true);
    if (this.waiters.size >= MAX_POSITION_WAITERS) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        position,
        answer: (reached) => {
          clearTimeout(timer);
          this.waiters.delete(waiter);
          resolve(reached);
        },
      };
      const timer = setTimeout(() => {
        waiter.answer(false);
      }, timeoutMs);
      this.waiters.add(waiter);
    });
  }
}
