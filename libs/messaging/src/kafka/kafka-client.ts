import { Kafka, logLevel, type LogEntry } from 'kafkajs';
import type { BusLogger } from '../bus-logger';
import { repairEncoder } from './encoder.repair';
import { repairRecord } from './record.repair';
import { repairRequestQueue } from './request-queue.repair';

/** How to reach the bus. */
export interface KafkaConnection {
  /** `host:port` of some brokers. */
  readonly brokers: readonly string[];
  /** Names the service in the brokers' logs and quotas. */
  readonly clientId: string;
}

const CONNECTION_LIMIT_MS = 3_000;
const REQUEST_LIMIT_MS = 15_000;

/** Retries of one request: 100 ms doubling to 2 s, eight times, together about 10 s. Then the caller is told. */
export const REQUEST_RETRY = { initialRetryTime: 100, maxRetryTime: 2_000, retries: 8 } as const;

/** We limit the retries on purpose: the relay reads the topic's tail again before it repeats (ADR 0021). */
const KNOWN_AND_WANTED = /^Limiting retries for the idempotent producer/;

/** kafkajs reports every attempt of a retry as an error; an error of ours is one that ends something. */
function logTo(logger: BusLogger, { level, namespace, log }: LogEntry): void {
  const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...fields } = log;
  if (KNOWN_AND_WANTED.test(message)) return;
  const line = { kafkajs: namespace, ...fields };
  if (level === logLevel.ERROR || level === logLevel.WARN) logger.warn(line, message);
  else logger.debug(line, message);
}

/** The Kafka client with every limit explicit, logging into ours. */
export function makeKafka(connection: KafkaConnection, logger: BusLogger): Kafka {
  repairRequestQueue();
  repairEncoder();
  repairRecord();
  return new Kafka({
    brokers: [...connection.brokers],
    clientId: connection.clientId,
    connectionTimeout: CONNECTION_LIMIT_MS,
    requestTimeout: REQUEST_LIMIT_MS,
    enforceRequestTimeout: true,
    retry: REQUEST_RETRY,
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => logTo(logger, entry),
  });
}
