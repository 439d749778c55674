import { LedgerLagError } from './ledger-lag.error';
import { MAX_WAITERS } from './limits';

interface Waiter {
  readonly shard: number;
  readonly wanted: bigint;
  readonly done: () => void;
}

/** Who waits for a shard to come to a position. */
export class PositionWaiters {
  private readonly waiters = new Set<Waiter>();

  constructor(private readonly positionOf: (shard: number) => bigint) {}

  wait(shard: number, wanted: bigint, timeoutMs: number): Promise<void> {
    if (this.positionOf(shard) >= wanted) return Promise.resolve();
    if (this.waiters.size >= MAX_WAITERS) return Promise.reject(this.lag(shard, wanted));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiters.delete(waiter);
        reject(this.lag(shard, wanted));
      }, timeoutMs);
      const waiter: Waiter = {
        shard,
        wanted,
        done: () => {
          clearTimeout(timer);
          this.waiters.delete(waiter);
          resolve();
        },
      };
      this.waiters.add(waiter);
    });
  }

  /** A shard has moved. */
  moved(shard: number): void {
    if (this.waiters.size === 0) return;
    const position = this.positionOf(shard);
    for (const waiter of this.waiters) if (waiter.shard === shard && waiter.wanted <= position) waiter.done();
  }

  private lag(shard: number, wanted: bigint): LedgerLagError {
    return new LedgerLagError(shard, wanted, this.positionOf(shard));
  }
}
