import { MAX_POSITIONS_AHEAD, STEP_POSITIONS } from './limits';

/**
 * The position up to which everything of one shard has been seen. Positions have no gap, but one shard's records lie on
 * several partitions, so that they come in another order: it stands before the first that is missing.
 */
export class PositionTracker {
  private readonly ahead = new Set<bigint>();
  private missingSinceMs: number | null = null;

  private constructor(
    private standing: bigint,
    /** Highest position that had been published when the reading began. */
    private readonly past: bigint,
  ) {}

  /**
   * Begins with the positions of the end of the feed. What lies more than one step of the ledger before the newest of
   * them has been published, and the snapshot was read after it.
   */
  static from(pastPositions: readonly bigint[], snapshot: bigint, nowMs: number): PositionTracker {
    const newest = pastPositions.reduce((most, position) => (position > most ? position : most), 0n);
    const standing = newest === 0n ? snapshot : newest > STEP_POSITIONS ? newest - STEP_POSITIONS : 0n;
    const tracker = new PositionTracker(standing, newest);
    for (const position of pastPositions) tracker.see(position, nowMs);
    return tracker;
  }

  get position(): bigint {
    return this.standing;
  }

  see(position: bigint, nowMs: number): void {
    if (position <= this.standing) return;
    this.ahead.add(position);
    const before = this.standing;
    this.closeUp();
    if (this.ahead.size === 0) this.missingSinceMs = null;
    else if (this.missingSinceMs === null || this.standing > before) this.missingSinceMs = nowMs;
  }

  /** The position that has been missing for longer than the grace, or null. One from before the reading is skipped. */
  missing(nowMs: number, graceMs: number): bigint | null {
    if (this.missingSinceMs === null) return null;
    if (nowMs - this.missingSinceMs < graceMs && this.ahead.size <= MAX_POSITIONS_AHEAD) return null;
    if (this.standing >= this.past) return this.standing + 1n;
    // It was published before this reading began, or never will be: the snapshot has what it did.
    while (!this.ahead.has(this.standing + 1n) && this.standing < this.past) this.standing += 1n;
    this.closeUp();
    this.missingSinceMs = this.ahead.size === 0 ? null : nowMs;
    return null;
  }

  private closeUp(): void {
    while (this.ahead.delete(this.standing + 1n)) this.standing += 1n;
  }
}
