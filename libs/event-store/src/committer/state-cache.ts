/** A stream's decoded state as last committed. */
export interface CachedStream<State> {
  readonly version: bigint;
  readonly state: State;
  /** What it takes in memory, in bytes, roughly. */
  readonly bytes: number;
}

export interface CacheBounds {
  readonly streams: number;
  readonly bytes: number;
}

/**
 * Decoded states of the streams used last; bounded by count and by bytes. A Map keeps the order of insertion, oldest
 * first.
 */
export class StateCache<State> {
  private readonly entries = new Map<string, CachedStream<State>>();
  private total = 0;

  constructor(private readonly bounds: CacheBounds) {}

  get size(): number {
    return this.entries.size;
  }

  /** What all of them take, in bytes, roughly. */
  get bytes(): number {
    return this.total;
  }

  get(streamId: string): CachedStream<State> | undefined {
    const found = this.entries.get(streamId);
    if (found === undefined) return undefined;
    this.entries.delete(streamId);
    this.entries.set(streamId, found);
    return found;
  }

  set(streamId: string, stream: CachedStream<State>): void {
    this.drop(streamId);
    this.entries.set(streamId, stream);
    this.total += stream.bytes;
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= this.bounds.streams && this.total <= this.bounds.bytes) return;
      this.drop(oldest);
    }
  }

  evict(streamIds: Iterable<string>): void {
    for (const streamId of streamIds) this.drop(streamId);
  }

  clear(): void {
    this.entries.clear();
    this.total = 0;
  }

  private drop(streamId: string): void {
    this.total -= this.entries.get(streamId)?.bytes ?? 0;
    this.entries.delete(streamId);
  }
}
