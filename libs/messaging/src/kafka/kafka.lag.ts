import type { OffsetStore } from '../ports';
import type { KafkaAdmin } from './kafka.admin';

/** How far a group is behind on one partition, by the offsets stored with its effects. */
export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  /** The next offset it will handle. */
  readonly next: bigint;
  /** The offset the next published record will get. */
  readonly end: bigint;
  readonly lag: bigint;
}

function later(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

/** The lag of every partition of `topics`. */
export async function readLag(
  admin: KafkaAdmin,
  topics: readonly string[],
  offsets: OffsetStore,
): Promise<readonly PartitionLag[]> {
  const perTopic = topics.map(async (topic) => {
    const ends = await admin.with((connected) => connected.fetchTopicOffsets(topic));
    const lags = ends.map(async ({ partition, high, low }): Promise<PartitionLag> => {
      const next = later((await offsets.nextOffset(topic, partition)) ?? 0n, BigInt(low));
      const end = BigInt(high);
      return { topic, partition, next, end, lag: later(end - next, 0n) };
    });
    return Promise.all(lags);
  });
  return (await Promise.all(perTopic)).flat();
}
