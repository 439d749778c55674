import { partitionOfKey, POSITION_HEADER, VERSION_HEADER, type IncomingMessage } from '@kuda/messaging';
import type { Anomaly } from './anomaly';
import { FeedReader, type FeedOptions } from './feed-reader';
import type { LedgerView, UserChange } from './ledger-view';
import { BACKTRACK_RECORDS } from './limits';
import { PositionTracker } from './position-tracker';
import { readBalance, readEvent } from './user-view';
import { VersionWatch, type FeedMark } from './version-watch';

export interface FollowerOptions extends Pick<FeedOptions, 'bus' | 'clientId' | 'onFatal'> {
  readonly topics: { readonly balances: string; readonly events: string };
  readonly shards: number;
  readonly graceMs: number;
  readonly view: LedgerView;
  /** Users that are kept and checked; everybody's positions count. */
  readonly keep: (userId: string) => boolean;
  readonly onChange: (change: UserChange) => void;
  readonly onAnomaly: (anomaly: Anomaly) => void;
  readonly onMoved: (shard: number) => void;
}

/**
 * One reading of the feed: the compacted topic to its end, then the events from a little before the place where they
 * ended when it began, and from then on both. After a loss another reading takes its place.
 */
export class Follower {
  private readonly watch: VersionWatch;
  private readonly snapshots = new Map<number, bigint>();
  /** Until the overlap is read: positions in it and after it, by shard. */
  private readonly past = new Map<number, bigint[]>();
  private readonly early = new Map<number, bigint[]>();
  private readonly trackers = new Map<number, PositionTracker>();
  private live = false;
  private readonly balances: FeedReader;
  private readonly events: FeedReader;

  private constructor(private readonly options: FollowerOptions) {
    const { bus, clientId, topics, onFatal } = options;
    const common = { bus, clientId, onFatal };
    this.watch = new VersionWatch(options.graceMs);
    this.balances = new FeedReader({
      ...common,
      topic: topics.balances,
      take: (message) => this.takeBalance(message),
    });
    this.events = new FeedReader({
      ...common,
      topic: topics.events,
      backtrack: BACKTRACK_RECORDS,
      take: (message) => this.takeEvent(message),
    });
  }

  /** Resolves when the view is complete up to where the topics ended when this began. */
  static async load(options: FollowerOptions, given: (follower: Follower) => void): Promise<void> {
    const follower = new Follower(options);
    given(follower);
    await follower.read();
  }

  positionOf(shard: number): bigint {
    return this.trackers.get(shard)?.position ?? 0n;
  }

  /** Looks whose grace is over. True when something is lost and the view must be read again. */
  check(nowMs: number): boolean {
    if (!this.live) return false;
    const lost: Anomaly[] = [...this.watch.expired(nowMs)];
    for (const [shard, tracker] of this.trackers) {
      const before = tracker.position;
      const position = tracker.missing(nowMs, this.options.graceMs);
      if (tracker.position > before) this.options.onMoved(shard);
      // A version that is missing says it better: the position is its own.
      if (position !== null && lost.length === 0) lost.push({ kind: 'position_lost', shard, position });
    }
    for (const anomaly of lost) this.options.onAnomaly(anomaly);
    return lost.length > 0;
  }

  async close(): Promise<void> {
    await Promise.all([this.balances.close(), this.events.close()]);
  }

  private async read(): Promise<void> {
    // The end of the events first: what then is not in the balances comes as an event.
    await this.events.place();
    await this.balances.place();
    await this.balances.start();
    await this.balances.caughtUp();
    for (const { userId, version } of this.options.view.all()) this.watch.baseline(userId, version);
    await this.events.start();
    await this.events.caughtUp();
    this.begin();
  }

  private begin(): void {
    const nowMs = Date.now();
    for (let shard = 0; shard < this.options.shards; shard += 1) {
      const tracker = PositionTracker.from(
        this.past.get(shard) ?? [],
        this.snapshots.get(shard) ?? 0n,
        nowMs,
      );
      for (const position of this.early.get(shard) ?? []) tracker.see(position, nowMs);
      this.trackers.set(shard, tracker);
    }
    this.past.clear();
    this.early.clear();
    this.live = true;
    for (const shard of this.trackers.keys()) this.options.onMoved(shard);
  }

  private takeBalance({ key, value }: IncomingMessage): void {
    if (key === null) return;
    const { view, keep, onChange } = this.options;
    const shard = this.shardOf(key);
    if (value === null) {
      const change = view.remove(key);
      if (change !== null) onChange(change);
      return;
    }
    if (!keep(key) && this.live) return;
    const balance = readBalance(value, shard);
    if (!this.live) this.snapshots.set(shard, later(this.snapshots.get(shard) ?? 0n, balance.position));
    if (!keep(key)) return;
    const change = view.put(balance);
    if (change !== null) onChange(change);
  }

  private takeEvent(message: IncomingMessage): void {
    const { key, value, headers, partition, offset } = message;
    if (key === null || value === null) return;
    const { view, keep, onChange } = this.options;
    const isPast = offset < this.events.endOf(partition);
    const shard = this.shardOf(key);
    if (keep(key)) {
      this.checkVersion(
        { userId: key, version: BigInt(headers[VERSION_HEADER] ?? '0'), partition, offset },
        isPast,
      );
      // What came before the snapshot is in it.
      const change = isPast ? null : view.put(readEvent(value, shard, view.get(key)));
      if (change !== null) onChange(change);
    }
    this.seePosition(shard, BigInt(headers[POSITION_HEADER] ?? '0'), isPast);
  }

  private checkVersion(mark: FeedMark, isPast: boolean): void {
    // Of a user who was dropped from a full view nothing is known any more.
    if (isPast || (this.options.view.dropped > 0 && !this.watch.knows(mark.userId))) {
      this.watch.past(mark);
      return;
    }
    const anomaly = this.watch.take(mark, Date.now());
    if (anomaly !== null) this.options.onAnomaly(anomaly);
  }

  private seePosition(shard: number, position: bigint, isPast: boolean): void {
    const tracker = this.trackers.get(shard);
    if (tracker === undefined) {
      const waiting = isPast ? this.past : this.early;
      const positions = waiting.get(shard) ?? [];
      waiting.set(shard, positions);
      positions.push(position);
      return;
    }
    const before = tracker.position;
    tracker.see(position, Date.now());
    if (tracker.position > before) this.options.onMoved(shard);
  }

  /** No longer kept in the view, nor checked. */
  forget(userId: string): void {
    this.watch.forget(userId);
  }

  private shardOf(userId: string): number {
    return partitionOfKey(userId, this.options.shards);
  }
}

function later(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
