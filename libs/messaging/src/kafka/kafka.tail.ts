import { randomUUID } from 'node:crypto';
import type { Consumer, Kafka } from 'kafkajs';
import { decodeHeaders } from '../headers';
import { partitionOfKey } from '../murmur2';
import { TransientError, type TopicTail } from '../ports';
import type { KafkaAdmin } from './kafka.admin';

const READ_LIMIT_MS = 30_000;
const FETCH_WAIT_MS = 100;

/** Offsets of the last record of each partition that has one. */
type LastOffsets = ReadonlyMap<number, bigint>;

/**
 * Reads the last records through a consumer group of its own: the client has no way to read without one. The group is
 * removed afterwards.
 */
export class KafkaTopicTail implements TopicTail {
  private readonly partitionCounts = new Map<string, Promise<number>>();

  constructor(
    private readonly kafka: Kafka,
    private readonly admin: KafkaAdmin,
    private readonly clientId: string,
  ) {}

  async partitionOf(topic: string, key: string): Promise<number> {
    return partitionOfKey(key, await this.partitionCount(topic));
  }

  /** How many partitions a topic has; asked of the bus once. */
  async partitionCount(topic: string): Promise<number> {
    const known = this.partitionCounts.get(topic) ?? this.countPartitions(topic);
    this.partitionCounts.set(topic, known);
    try {
      return await known;
    } catch (error) {
      this.partitionCounts.delete(topic);
      throw error;
    }
  }

  private async countPartitions(topic: string): Promise<number> {
    const { topics } = await this.admin.with((admin) => admin.fetchTopicMetadata({ topics: [topic] }));
    const count = topics[0]?.partitions.length ?? 0;
    if (count === 0) throw new TransientError(`KUDA-BUS-1002 ${topic} has no partitions`);
    return count;
  }

  async lastHeader(topic: string, header: string): Promise<ReadonlyMap<number, string>> {
    const last = await this.lastOffsets(topic);
    if (last.size === 0) return new Map();
    const groupId = `${this.clientId}.tail.${randomUUID()}`;
    const consumer = this.kafka.consumer({
      groupId,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      allowAutoTopicCreation: false,
    });
    try {
      return await readAt(consumer, topic, last, header.toLowerCase());
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      throw new TransientError(`KUDA-BUS-1001 reading the tail of ${topic}: ${text}`, { cause: error });
    } finally {
      await consumer.disconnect().catch(() => undefined);
      await this.admin.with((admin) => admin.deleteGroups([groupId])).catch(() => undefined);
    }
  }

  private async lastOffsets(topic: string): Promise<LastOffsets> {
    const offsets = await this.admin.with((admin) => admin.fetchTopicOffsets(topic));
    const filled = offsets.filter(({ low, high }) => BigInt(high) > BigInt(low));
    return new Map(filled.map(({ partition, high }) => [partition, BigInt(high) - 1n]));
  }
}

async function readAt(
  consumer: Consumer,
  topic: string,
  last: LastOffsets,
  header: string,
): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>();
  const open = new Set(last.keys());
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const done = new Promise<void>((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error('no answer within the limit')), READ_LIMIT_MS);
    const settle = (finish: () => void): void => {
      clearTimeout(limit);
      finish();
    };
    consumer.on(consumer.events.CRASH, ({ payload }) => settle(() => reject(payload.error)));
    consumer.on(consumer.events.GROUP_JOIN, () => {
      for (const [partition, offset] of last) consumer.seek({ topic, partition, offset: offset.toString() });
    });
    const run = consumer.run({
      autoCommit: false,
      eachBatch: ({ batch: { partition, messages } }) => {
        const record = messages.at(-1);
        // A batch from before the seek took effect is not the tail.
        if (record === undefined || BigInt(record.offset) < (last.get(partition) ?? 0n))
          return Promise.resolve();
        const value = decodeHeaders(record.headers)[header];
        if (value !== undefined) found.set(partition, value);
        open.delete(partition);
        if (open.size === 0) settle(resolve);
        return Promise.resolve();
      },
    });
    run.catch((error: unknown) =>
      settle(() => reject(error instanceof Error ? error : new Error(String(error)))),
    );
  });
  await done;
  return found;
}
