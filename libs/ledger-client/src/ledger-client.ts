import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS } from '@kuda/contracts';
import type { KafkaBus } from '@kuda/messaging';
import type { Anomaly } from './anomaly';
import { Follower } from './follower';
import { LedgerView, type UserChange } from './ledger-view';
import {
  DEFAULT_GRACE_MS,
  DEFAULT_MAX_USERS,
  FIRST_RESYNC_PAUSE_MS,
  LONGEST_RESYNC_PAUSE_MS,
} from './limits';
import { PositionWaiters } from './position-waiters';
import type { UserView } from './user-view';

export interface LedgerClientOptions {
  readonly bus: KafkaBus;
  /** Shown as the prefix of its consumer groups. */
  readonly clientId: string;
  /** Told once when the bus has given this consumer up: the process must end. */
  readonly onFatal: (error: Error) => void;
  /** Shards of the ledger. Default 1. */
  readonly shards?: number;
  /** Keep only these users. Default: everybody. */
  readonly keep?: (userId: string) => boolean;
  /** Users kept at a time; then the one who changed longest ago is dropped. Default 1,000,000. */
  readonly maxUsers?: number;
  /** How long a missing version may come late before it counts as lost, in milliseconds. Default 2,000. */
  readonly graceMs?: number;
  /** Default: the ledger's topics. */
  readonly topics?: { readonly balances: string; readonly events: string };
}

/** A position of one shard. */
export interface ShardPosition {
  readonly shard: number;
  readonly position: bigint;
}

/** Follows the ledger's topics into a view in memory. */
export class LedgerClient {
  private readonly view: LedgerView;
  private readonly changeListeners = new Set<(change: UserChange) => void>();
  private readonly anomalyListeners = new Set<(anomaly: Anomaly) => void>();
  private readonly waiters = new PositionWaiters((shard) => this.positionOf(shard));
  private readonly graceMs: number;
  private readonly shards: number;
  private readonly closing = new AbortController();
  /** Where the shards stood before the view was read again: that stays true. */
  private readonly floors = new Map<number, bigint>();
  private follower: Follower | null = null;
  private timer: NodeJS.Timeout | null = null;
  private resync: Promise<void> | null = null;
  private resyncPauseMs = FIRST_RESYNC_PAUSE_MS;

  constructor(private readonly options: LedgerClientOptions) {
    this.graceMs = options.graceMs ?? DEFAULT_GRACE_MS;
    this.shards = options.shards ?? 1;
    this.view = new LedgerView(options.maxUsers ?? DEFAULT_MAX_USERS, (userId) =>
      this.follower?.forget(userId),
    );
  }

  /** Resolves when the view has everything that stood on the topics when it was called. */
  async start(): Promise<void> {
    await this.load();
    this.timer = setInterval(() => {
      this.check();
    }, this.graceMs / 4);
  }

  async close(): Promise<void> {
    this.closing.abort();
    if (this.timer !== null) clearInterval(this.timer);
    await this.follower?.close();
    await this.resync;
  }

  /** The user's accounts; undefined for a user without entries, one not kept, or one dropped from a full view. */
  balanceOf(userId: string): UserView | undefined {
    return this.view.get(userId);
  }

  /** Everything of the shard up to this position is in the view. */
  positionOf(shard = 0): bigint {
    return later(this.follower?.positionOf(shard) ?? 0n, this.floors.get(shard) ?? 0n);
  }

  /** True while the view is read again after a loss: what it says may be behind. */
  get resyncing(): boolean {
    return this.resync !== null;
  }

  /** Users in the view, and those that a full view has dropped. */
  get size(): { readonly users: number; readonly dropped: number } {
    return { users: this.view.size, dropped: this.view.dropped };
  }

  /**
   * Resolves when the view has come to the position: read your own writes. A plain position is for a ledger of one
   * shard. @throws LedgerLagError after `timeoutMs`; RangeError for a shard that the ledger has not.
   */
  waitFor(target: bigint | ShardPosition, timeoutMs: number): Promise<void> {
    const { shard, position } = typeof target === 'bigint' ? { shard: 0, position: target } : target;
    if (shard >= this.shards || shard < 0) throw new RangeError(`no shard ${String(shard)}`);
    if (typeof target === 'bigint' && this.shards > 1) throw new RangeError('name the shard of the position');
    return this.waiters.wait(shard, position, timeoutMs);
  }

  /** Calls with every change of a user; returns how to stop that. */
  onChange(listener: (change: UserChange) => void): () => void {
    this.changeListeners.add(listener);
    return () => this.changeListeners.delete(listener);
  }

  /** Calls with everything that the feed must not do; returns how to stop that. */
  onAnomaly(listener: (anomaly: Anomaly) => void): () => void {
    this.anomalyListeners.add(listener);
    return () => this.anomalyListeners.delete(listener);
  }

  private async load(): Promise<void> {
    const { bus, clientId, onFatal, keep, topics } = this.options;
    const options = {
      bus,
      clientId,
      onFatal,
      topics: topics ?? { balances: TOPICS.ledgerBalances.name, events: TOPICS.ledgerEvents.name },
      shards: this.shards,
      graceMs: this.graceMs,
      view: this.view,
      keep: keep ?? (() => true),
      onChange: (change: UserChange) => {
        for (const listener of this.changeListeners) listener(change);
      },
      onAnomaly: (anomaly: Anomaly) => {
        for (const listener of this.anomalyListeners) listener(anomaly);
      },
      onMoved: (shard: number) => {
        this.waiters.moved(shard);
      },
    };
    await Follower.load(options, (follower) => (this.follower = follower));
  }

  private isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  private check(): void {
    if (this.resync !== null || this.follower?.check(Date.now()) !== true) return;
    this.resync = this.readAgain().finally(() => (this.resync = null));
  }

  /** Reads the compacted topic again, until that works or the client is closed. */
  private async readAgain(): Promise<void> {
    while (!this.isClosed()) {
      try {
        for (let shard = 0; shard < this.shards; shard += 1) this.floors.set(shard, this.positionOf(shard));
        await this.follower?.close();
        await sleep(this.resyncPauseMs, undefined, { signal: this.closing.signal });
        await this.load();
        this.resyncPauseMs = FIRST_RESYNC_PAUSE_MS;
        return;
      } catch (error) {
        if (this.isClosed()) return;
        if (!(error instanceof Error && error.name === 'TransientError'))
          this.options.onFatal(toError(error));
        this.resyncPauseMs = Math.min(this.resyncPauseMs * 2, LONGEST_RESYNC_PAUSE_MS);
      }
    }
  }
}

function later(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
