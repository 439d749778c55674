import type { Position } from './assignment';

/** How far the consumer is in one of its partitions. */
export interface PartitionHealth {
  readonly topic: string;
  readonly partition: number;
  readonly next: bigint | undefined;
  readonly lag: bigint;
}

/** How far behind a position is, as of its last batch. */
export function partitionHealth({ topic, partition, next, end }: Position): PartitionHealth {
  return { topic, partition, next, lag: next === undefined || end < next ? 0n : end - next };
}

/** How a consumer is, for probes and metrics. */
export interface ConsumerHealth {
  readonly joined: boolean;
  /** Milliseconds since the last fetch, heartbeat or handled batch. */
  readonly silentMs: number;
  readonly partitions: readonly PartitionHealth[];
  /** The lag of all assigned partitions together, as of their last batch. */
  readonly lag: bigint;
  /** Partitions that wait before their next attempt. */
  readonly backingOff: number;
}

/** A consumer that shows no sign of life for this long, in milliseconds, is dead. */
const MAX_SILENT_MS = 120_000;

/** Throws when the process should be restarted. */
export function assertLive(health: ConsumerHealth): void {
  if (health.silentMs > MAX_SILENT_MS)
    throw new Error(`the consumer has been silent for ${String(health.silentMs)} ms`);
}

/** Throws while the consumer is not in its group or not yet placed; being behind is no reason to turn requests away. */
export function assertReady(health: ConsumerHealth): void {
  if (!health.joined) throw new Error('the consumer is not in its group');
  if (health.partitions.some(({ next }) => next === undefined))
    throw new Error('the consumer reads its stored offsets');
}
