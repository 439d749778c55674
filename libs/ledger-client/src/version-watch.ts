import type { VersionAnomaly } from './anomaly';
import { MAX_OPEN_GAPS } from './limits';

/** One record of the feed, by its coordinates. */
export interface FeedMark {
  readonly userId: string;
  readonly version: bigint;
  readonly partition: number;
  readonly offset: bigint;
}

interface Gap {
  readonly mark: FeedMark;
  readonly missing: bigint;
  readonly lostAtMs: number;
}

interface Known {
  /** Newest version that has come as an event; 0 before the first. */
  readonly seen: bigint;
  /** Newest version of the snapshot: events up to it may come or have come before. */
  readonly baseline: bigint;
}

const UNKNOWN: Known = { seen: 0n, baseline: 0n };

/**
 * Checks that each user's versions come one after the other. A missing one is given a grace: what comes late is
 * reordered, what does not come is lost. Pure: it is told the time.
 */
export class VersionWatch {
  private readonly users = new Map<string, Known>();
  /** In the order in which they were found, so that the first is the first to be lost. */
  private readonly gaps = new Map<string, Gap>();

  constructor(private readonly graceMs: number) {}

  /** The snapshot has this version of the user. */
  baseline(userId: string, version: bigint): void {
    this.users.set(userId, { seen: this.users.get(userId)?.seen ?? 0n, baseline: version });
  }

  /** An event from before this reading began: a fact, not to be checked. */
  past({ userId, version }: FeedMark): void {
    const { seen, baseline } = this.users.get(userId) ?? UNKNOWN;
    if (version > seen) this.users.set(userId, { seen: version, baseline });
  }

  /** No longer kept. */
  forget(userId: string): void {
    this.users.delete(userId);
  }

  knows(userId: string): boolean {
    return this.users.has(userId);
  }

  /** Takes one event; returns what is wrong with it. Whether a gap is a loss, `expired` tells later. */
  take(mark: FeedMark, nowMs: number): VersionAnomaly | null {
    const { userId, version } = mark;
    const { seen, baseline } = this.users.get(userId) ?? UNKNOWN;
    if (version <= seen) {
      const late = this.gaps.delete(keyOf(userId, version));
      return anomaly(late ? 'reordered' : 'duplicated', mark, { version, newest: seen });
    }
    const first = seen === 0n ? baseline : seen;
    for (let missing = first + 1n; missing < version && this.gaps.size <= MAX_OPEN_GAPS; missing += 1n) {
      this.gaps.set(keyOf(userId, missing), { mark, missing, lostAtMs: nowMs + this.graceMs });
    }
    this.users.set(userId, { seen: version, baseline });
    return null;
  }

  /** Versions whose grace is over; with too many open, the oldest ones too. */
  expired(nowMs: number): readonly VersionAnomaly[] {
    const lost: VersionAnomaly[] = [];
    for (const [key, { mark, missing, lostAtMs }] of this.gaps) {
      if (lostAtMs > nowMs && this.gaps.size <= MAX_OPEN_GAPS) break;
      this.gaps.delete(key);
      lost.push(
        anomaly('lost', mark, {
          version: missing,
          newest: this.users.get(mark.userId)?.seen ?? mark.version,
        }),
      );
    }
    return lost;
  }
}

function keyOf(userId: string, version: bigint): string {
  return `${userId} ${version.toString()}`;
}

function anomaly(
  kind: VersionAnomaly['kind'],
  { userId, partition, offset }: FeedMark,
  versions: { readonly version: bigint; readonly newest: bigint },
): VersionAnomaly {
  return { kind, userId, partition, offset, ...versions };
}
