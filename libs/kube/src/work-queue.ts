import { TokenBucket } from './token-bucket';

/** What the handler of a key wants next: nothing, or to be called again after a while. */
export interface WorkResult {
  readonly requeueAfterMs: number | null;
}

export interface WorkQueueOptions {
  readonly handle: (key: string) => Promise<WorkResult>;
  /** Told of every failure before the key is put back; must not throw. */
  readonly onError: (key: string, error: unknown, failures: number) => void;
  /** Keys in flight at once; one key never runs twice at the same time. */
  readonly concurrency: number;
  /** Waiting time after the first failure of a key; doubles with each further one. */
  readonly baseBackoffMs: number;
  readonly maxBackoffMs: number;
  /** Calls of `handle` per second over all keys, after a burst. */
  readonly callsPerSecond: number;
  readonly burst: number;
  /** Jitter; in [0, 1). */
  readonly random?: () => number;
}

/**
 * Keys to reconcile. A key is queued at most once; a key added while it is in flight runs once more afterwards; a
 * failing key waits exponentially longer and does not hold up the others.
 */
export class WorkQueue {
  private readonly waiting = new Set<string>();
  private readonly inFlight = new Set<string>();
  private readonly dirty = new Set<string>();
  private readonly failures = new Map<string, number>();
  private readonly delayed = new Map<string, { readonly atMs: number; readonly timer: NodeJS.Timeout }>();
  private readonly bucket: TokenBucket;
  private readonly random: () => number;
  private pump: NodeJS.Timeout | null = null;
  private stopping = false;
  private idle: (() => void) | null = null;

  constructor(private readonly options: WorkQueueOptions) {
    this.bucket = new TokenBucket(options.callsPerSecond, options.burst, Date.now());
    this.random = options.random ?? Math.random;
  }

  /** Keys queued, waiting for their time, or in flight. */
  get size(): number {
    return this.waiting.size + this.inFlight.size + this.delayed.size;
  }

  add(key: string): void {
    if (this.stopping) return;
    if (this.inFlight.has(key)) {
      this.dirty.add(key);
      return;
    }
    this.waiting.add(key);
    this.run();
  }

  /** Adds the key later; of two wishes for the same key the earlier one counts. */
  addAfter(key: string, delayMs: number): void {
    if (this.stopping) return;
    const atMs = Date.now() + delayMs;
    const planned = this.delayed.get(key);
    if (planned !== undefined && planned.atMs <= atMs) return;
    if (planned !== undefined) clearTimeout(planned.timer);
    const timer = setTimeout(() => {
      this.delayed.delete(key);
      this.add(key);
    }, delayMs);
    this.delayed.set(key, { atMs, timer });
  }

  /** Takes nothing more and resolves when the keys in flight are done. */
  async stop(): Promise<void> {
    this.stopping = true;
    if (this.pump !== null) clearTimeout(this.pump);
    for (const { timer } of this.delayed.values()) clearTimeout(timer);
    this.delayed.clear();
    this.waiting.clear();
    if (this.inFlight.size === 0) return;
    await new Promise<void>((resolve) => {
      this.idle = resolve;
    });
  }

  private run(): void {
    if (this.pump !== null) return;
    while (this.inFlight.size < this.options.concurrency) {
      const next = this.waiting.values().next();
      if (next.done === true) return;
      const waitMs = this.bucket.take(Date.now());
      if (waitMs > 0) {
        this.pump = setTimeout(() => {
          this.pump = null;
          this.run();
        }, waitMs);
        return;
      }
      this.waiting.delete(next.value);
      this.inFlight.add(next.value);
      void this.process(next.value);
    }
  }

  private async process(key: string): Promise<void> {
    try {
      const result = await this.options.handle(key);
      this.failures.delete(key);
      if (result.requeueAfterMs !== null) this.addAfter(key, result.requeueAfterMs);
    } catch (error) {
      const failures = (this.failures.get(key) ?? 0) + 1;
      this.failures.set(key, failures);
      this.options.onError(key, error, failures);
      this.addAfter(key, this.backoffMs(failures));
    } finally {
      this.inFlight.delete(key);
      if (this.dirty.delete(key)) this.add(key);
      if (this.stopping && this.inFlight.size === 0) this.idle?.();
      if (!this.stopping) this.run();
    }
  }

  /** Half fixed, half random: keys that failed together do not come back together. */
  private backoffMs(failures: number): number {
    const fullMs = Math.min(this.options.maxBackoffMs, this.options.baseBackoffMs * 2 ** (failures - 1));
    return fullMs / 2 + (fullMs / 2) * this.random();
  }
}
