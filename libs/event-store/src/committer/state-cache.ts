/** A stream's decoded state as last committed. */
export interface CachedStream<State> {
  readonly version: bigint;
  readonly state: State;
}

/**
 * Decoded states of the streams used last; bounded by count. A Map keeps the order of insertion, oldest
 * first.
 */
export class StateCache<State> {
  private readonly entries = new Map<string, CachedStream<State>>();

  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.entries.size;
  }

  get(streamId: string): CachedStream<State> | undefined {
    const found = this.entries.get(streamId);
    if (found === undefined) return undefined;
    this.entries.delete(streamId);
    this.entries.set(streamId, found);
    return found;
  }

  set(streamId: string, stream: CachedStream<State>): void {
    this.entries.delete(streamId);
    this.entries.set(streamId, stream);
    if (this.entries.size <= this.capacity) return;
    const [oldest] = this.entries.keys();
    if (oldest !== undefined) this.entries.delete(oldest);
  }

  evict(streamIds: Iterable<string>): void {
    for (const streamId of streamIds) this.entries.delete(streamId);
  }

  clear(): void {
    this.entries.clear();
  }
}
