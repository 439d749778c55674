import { partitionOfKey, type AssignedPartitions } from '@kuda/messaging';
import type { Shard } from './shard';

/** The shards of the ledger. A user lives in shard `murmur2(user) mod shards`, as on both input topics. */
export class Shards {
  private assigned: ReadonlySet<number> = new Set();
  private changing: Promise<void> = Promise.resolve();

  constructor(readonly all: readonly Shard[]) {}

  /** The shard of a user. */
  of(userId: string): Shard {
    return this.at(partitionOfKey(userId, this.all.length));
  }

  /** The shard whose input is partition n of either topic. @throws RangeError when there is none. */
  at(partition: number): Shard {
    const shard = this.all[partition];
    if (shard === undefined) throw new RangeError(`the ledger has no shard ${String(partition)}`);
    return shard;
  }

  /** True while the partition of this shard is this process's. */
  isAssigned(shard: number): boolean {
    return this.assigned.has(shard);
  }

  /** Follows an assignment: leaves the shards that went, takes over those that came. One change at a time. */
  assign(partitions: AssignedPartitions): Promise<void> {
    const wanted = new Set(Object.values(partitions).flat());
    this.assigned = wanted;
    const change = this.changing.then(() => this.change(wanted));
    this.changing = change.catch(() => undefined);
    return change;
  }

  /** Does something with every shard that this process writes. */
  async eachWriter(work: (writer: NonNullable<Shard['writer']>) => Promise<void>): Promise<void> {
    await this.changing;
    await Promise.all(this.all.flatMap(({ writer }) => (writer === null ? [] : [work(writer)])));
  }

  private async change(wanted: ReadonlySet<number>): Promise<void> {
    // A later assignment is on its way: it alone counts.
    if (this.assigned !== wanted) return;
    const gone = this.all.filter(({ index }) => !wanted.has(index));
    const kept = this.all.filter(({ index }) => wanted.has(index));
    await Promise.all(gone.map((shard) => shard.release()));
    await Promise.all(kept.map((shard) => shard.acquire()));
  }
}
