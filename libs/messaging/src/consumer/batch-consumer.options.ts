import type { Kafka } from 'kafkajs';
import type { BusLogger } from '../bus-logger';
import type { KafkaAdmin } from '../kafka/kafka.admin';
import type { BatchHandler, MessagePublisher, OffsetStore } from '../ports';

/** Partition numbers by topic. */
export type AssignedPartitions = Readonly<Record<string, readonly number[]>>;

/** What a group consumes, and how. */
export interface BatchConsumerOptions {
  readonly groupId: string;
  readonly topics: readonly string[];
  /** The handler of a topic; records of a topic without one are dead letters. */
  readonly handlerOf: (topic: string) => BatchHandler | undefined;
  /** Where the effects stand. */
  readonly offsets: OffsetStore;
  /**
   * Told of each assignment before its stored offsets are read, hence before a record of it is handed out: by topic, its
   * partitions. What it throws is judged like a failure of the offset store, so a transient failure is tried again.
   */
  readonly onAssigned?: (partitions: AssignedPartitions) => Promise<void>;
  /** Called once, when this process must end, non-zero. */
  readonly onFatal: (error: Error) => void;
  /** The most records of one handler call. Default 500. */
  readonly maxChunk?: number;
  /** How many partitions are handled at once. Default 3. */
  readonly partitionsAtOnce?: number;
  /**
   * While records keep coming, fetches follow each other at least so many milliseconds apart, so that a handler gets
   * fuller batches; what comes after a silence is handed out at once. Default 40.
   */
  readonly paceMs?: number;
}

/** What the consumer uses. */
export interface BatchConsumerParts {
  readonly kafka: Kafka;
  readonly admin: KafkaAdmin;
  readonly publisher: MessagePublisher;
  readonly logger: BusLogger;
}
