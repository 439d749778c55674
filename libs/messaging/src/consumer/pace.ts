import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Lets records gather while they keep coming: after a fetch that brought some, the next one waits until `everyMs` have
 * passed. What comes after a silence is taken at once; a handler that takes longer is not held up.
 */
export class Pace {
  private fetchedAtMs = -Infinity;
  private underWay = 0;

  constructor(private readonly everyMs: number) {}

  /** A fetch has been answered. */
  fetched(): void {
    this.fetchedAtMs = performance.now();
  }

  /** Runs what is to be done with one partition's records; the last one of a fetch resolves when the next may follow. */
  async keep(work: () => Promise<void>): Promise<void> {
    this.underWay += 1;
    try {
      await work();
    } finally {
      this.underWay -= 1;
    }
    if (this.underWay > 0) return;
    const restMs = this.fetchedAtMs + this.everyMs - performance.now();
    if (restMs > 0) await sleep(restMs);
  }
}
