import { setTimeout as sleep } from 'node:timers/promises';

/** How long to hold records of a partition whose stored offset is still being read, and how often to look. */
const MAX_UNPLACED_WAIT_MS = 1_000;
const UNPLACED_POLL_MS = 20;

/** Where one assigned partition stands. */
export interface Position {
  readonly topic: string;
  readonly partition: number;
  /** The next offset to handle; undefined until the stored offset has been read and sought. */
  next: bigint | undefined;
  /** The end of the partition as last seen. */
  end: bigint;
}

/** The partitions of one generation of the group. When the next one comes, this one is lost. */
export class Assignment {
  private readonly byPartition = new Map<string, Position>();
  private lostAlready = false;

  constructor(readonly partitions: Readonly<Record<string, readonly number[]>>) {
    for (const [topic, numbers] of Object.entries(partitions)) {
      for (const partition of numbers) {
        this.byPartition.set(`${topic}/${String(partition)}`, { topic, partition, next: undefined, end: 0n });
      }
    }
  }

  get lost(): boolean {
    return this.lostAlready;
  }

  lose(): void {
    this.lostAlready = true;
  }

  get positions(): readonly Position[] {
    return [...this.byPartition.values()];
  }

  positionOf(topic: string, partition: number): Position | undefined {
    return this.byPartition.get(`${topic}/${String(partition)}`);
  }
}

/** What the stored offset means for a partition that holds the records from `low` to before `end`. */
export type Start =
  | { readonly kind: 'at'; readonly offset: bigint }
  | { readonly kind: 'behind-retention' }
  | { readonly kind: 'beyond-end' };

/** Where to go on: at the stored offset, or at the first record when nothing is stored. */
export function startOf(stored: bigint | undefined, low: bigint, end: bigint): Start {
  if (stored === undefined) return { kind: 'at', offset: low };
  if (stored > end) return { kind: 'beyond-end' };
  // Offset 0 of a topic from which nothing was read yet is no loss that we could name.
  if (stored < low && stored > 0n) return { kind: 'behind-retention' };
  return { kind: 'at', offset: stored > low ? stored : low };
}

/** Waits, for a bounded time, until the partition is placed or lost: fetching it again sooner is of no use. */
export async function untilPlaced(
  assignment: Assignment | undefined,
  position: Position | undefined,
): Promise<void> {
  const deadline = Date.now() + MAX_UNPLACED_WAIT_MS;
  do await sleep(UNPLACED_POLL_MS);
  while (assignment?.lost === false && position?.next === undefined && Date.now() < deadline);
}
