import type { Consumer, Kafka } from 'kafkajs';
import { REQUEST_RETRY } from '../kafka/kafka-client';
import { coPartitionAssigner } from './co-partition.assigner';

/**
 * A member without a heartbeat for this long is out. The client has no static membership, so this is also how long the
 * partitions of a killed process lie idle; a handler call must end well within it.
 */
const SESSION_LIMIT_MS = 10_000;
const REBALANCE_LIMIT_MS = 30_000;
const HEARTBEAT_EVERY_MS = 1_000;
/** The broker answers at once when there are records; this bounds how long it waits for some. */
const FETCH_WAIT_MS = 250;
const MAX_PARTITION_BYTES = 1024 * 1024;

/** The client's consumer with every limit explicit. */
export function makeGroupConsumer(kafka: Kafka, groupId: string, mayRestart: () => boolean): Consumer {
  return kafka.consumer({
    groupId,
    partitionAssigners: [coPartitionAssigner],
    sessionTimeout: SESSION_LIMIT_MS,
    rebalanceTimeout: REBALANCE_LIMIT_MS,
    heartbeatInterval: HEARTBEAT_EVERY_MS,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    maxBytesPerPartition: MAX_PARTITION_BYTES,
    allowAutoTopicCreation: false,
    retry: { ...REQUEST_RETRY, restartOnFailure: () => Promise.resolve(mayRestart()) },
  });
}
