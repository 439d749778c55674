import type { Kafka } from 'kafkajs';
import type { BusLogger } from '../bus-logger';
import type { KafkaAdmin } from '../kafka/kafka.admin';
import type { BatchHandler, MessagePublisher, OffsetStore } from '../ports';

/** What a group consumes, and how. */
export interface BatchConsumerOptions {
  readonly groupId: string;
  readonly topics: readonly string[];
  /** The handler of a topic; records of a topic without one are dead letters. */
  readonly handlerOf: (topic: string) => BatchHandler | undefined;
  /** Where the effects stand. */
  readonly offsets: OffsetStore;
  /** Called once, when this process must end, non-zero. */
  readonly onFatal: (error: Error) => void;
  /** The most records of one handler call. Default 500. */
  readonly maxChunk?: number;
  /** How many partitions are handled at once. Default 3. */
  readonly partitionsAtOnce?: number;
}

/** What the consumer uses. */
export interface BatchConsumerParts {
  readonly kafka: Kafka;
  readonly admin: KafkaAdmin;
  readonly publisher: MessagePublisher;
  readonly logger: BusLogger;
}
