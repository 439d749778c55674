import { allTopics, type TopicDeclaration } from '@kuda/contracts';
import { nestBusLogger, type BusLogger } from './bus-logger';
import type { BatchConsumerOptions } from './consumer/batch-consumer.options';
import { KafkaBatchConsumer } from './consumer/kafka.batch-consumer';
import { KafkaAdmin } from './kafka/kafka.admin';
import { makeKafka, type KafkaConnection } from './kafka/kafka-client';
import { readLag, type PartitionLag } from './kafka/kafka.lag';
import { KafkaPublisher } from './kafka/kafka.publisher';
import { KafkaTopicTail } from './kafka/kafka.tail';
import { ensureTopics, type EnsuredTopics } from './kafka/kafka.topics';
import type { MessagePublisher, OffsetStore, TopicTail } from './ports';

export interface KafkaBusOptions extends KafkaConnection {
  /** Default: Nest's logger. */
  readonly logger?: BusLogger;
}

/** The bus of one process. Connections open when first needed. */
export interface KafkaBus {
  readonly publisher: MessagePublisher;
  readonly tail: TopicTail;
  /** A consumer that is not started yet; services use `KafkaBatchServer` instead. */
  consumer(options: BatchConsumerOptions): KafkaBatchConsumer;
  /** Creates what is missing and checks the rest. Default: the whole catalogue. Throws KUDA-BUS-1003. */
  ensureTopics(topics?: readonly TopicDeclaration[]): Promise<EnsuredTopics>;
  /** How many partitions a topic has, as first asked of the bus. */
  partitionCount(topic: string): Promise<number>;
  /** How far the effects are behind the topics. */
  lag(topics: readonly string[], offsets: OffsetStore): Promise<readonly PartitionLag[]>;
  /** Waits for what is being published, then closes every connection except those of consumers. */
  close(): Promise<void>;
}

/** Connects nothing yet. */
export function createKafkaBus(options: KafkaBusOptions): KafkaBus {
  const logger = options.logger ?? nestBusLogger();
  const kafka = makeKafka(options, logger);
  const admin = new KafkaAdmin(kafka);
  const publisher = new KafkaPublisher(kafka, logger);
  const tail = new KafkaTopicTail(kafka, admin, options.clientId);
  return {
    publisher,
    tail,
    consumer: (consumerOptions) =>
      new KafkaBatchConsumer({ kafka, admin, publisher, logger }, consumerOptions),
    ensureTopics: (topics = allTopics()) => ensureTopics(admin, topics),
    partitionCount: (topic) => tail.partitionCount(topic),
    lag: (topics, offsets) => readLag(admin, topics, offsets),
    close: async () => {
      await publisher.close();
      await admin.close();
    },
  };
}
