import { Partitioners, type Kafka, type Message, type Producer, type TopicMessages } from 'kafkajs';
import type { BusLogger } from '../bus-logger';
import { BusError } from '../error-codes';
import { TransientError, type MessagePublisher, type OutgoingMessage } from '../ports';
import { REQUEST_RETRY } from './kafka-client';

/**
 * The client puts what one call gets into one request per broker, so the call is bounded: below what a topic of ours
 * takes in one batch (4 MiB), so that the records of a usual call appear on a partition whole or not at all.
 */
const MAX_REQUEST_BYTES = 3 * 1024 * 1024;
const MAX_REQUEST_MESSAGES = 10_000;
const MESSAGE_OVERHEAD_BYTES = 128;
const ALL_REPLICAS = -1;
/** Kafka's error codes for a record that no retry makes smaller. */
const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

function sizeOf(message: OutgoingMessage): number {
  let bytes = MESSAGE_OVERHEAD_BYTES + message.key.length + (message.value?.length ?? 0);
  for (const [name, value] of Object.entries(message.headers)) bytes += name.length + value.length;
  return bytes;
}

/** Cuts a list into requests of bounded size, in order. */
export function intoRequests(messages: readonly OutgoingMessage[]): readonly (readonly OutgoingMessage[])[] {
  const requests: OutgoingMessage[][] = [];
  let current: OutgoingMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = sizeOf(message);
    if (current.length > 0 && (bytes + size > MAX_REQUEST_BYTES || current.length >= MAX_REQUEST_MESSAGES)) {
      requests.push(current);
      current = [];
      bytes = 0;
    }
    current.push(message);
    bytes += size;
  }
  if (current.length > 0) requests.push(current);
  return requests;
}

function byTopic(messages: readonly OutgoingMessage[]): TopicMessages[] {
  const topics = new Map<string, Message[]>();
  for (const { topic, key, value, headers } of messages) {
    const known = topics.get(topic) ?? [];
    known.push({ key, value, headers: { ...headers } });
    topics.set(topic, known);
  }
  return [...topics].map(([topic, list]) => ({ topic, messages: list }));
}

function typeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const type: unknown = typeof cause === 'object' && cause !== null ? Reflect.get(cause, 'type') : undefined;
  return typeof type === 'string' ? type : '';
}

/**
 * One idempotent producer, one request at a time, acks from all in-sync replicas. After any failure the producer is
 * thrown away: its sequence numbers are in doubt, and the client has no way back (kafkajs#598). A failed call may or
 * may not have written: who needs exactly one copy looks at the topic's tail before repeating.
 */
export class KafkaPublisher implements MessagePublisher {
  private producer: Promise<Producer> | undefined;
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly kafka: Kafka,
    private readonly logger: BusLogger,
  ) {}

  publish(messages: readonly OutgoingMessage[]): Promise<void> {
    const sent = this.last.then(() => this.send(messages));
    // The next call goes on whatever became of this one; its caller is told.
    this.last = sent.catch(() => undefined);
    return sent;
  }

  private async send(messages: readonly OutgoingMessage[]): Promise<void> {
    try {
      for (const request of intoRequests(messages)) {
        const producer = await this.connected();
        await producer.sendBatch({ acks: ALL_REPLICAS, topicMessages: byTopic(request) });
      }
    } catch (error) {
      await this.discard();
      throw this.explain(error);
    }
  }

  private explain(error: unknown): Error {
    const type = typeOf(error);
    const text = error instanceof Error ? error.message : String(error);
    if (TOO_LARGE.has(type)) return new BusError('KUDA-BUS-1009', text, { cause: error });
    if (type === 'UNKNOWN_TOPIC_OR_PARTITION') this.logger.error({ code: 'KUDA-BUS-1002' }, text);
    return new TransientError(`KUDA-BUS-1001 publishing failed: ${text}`, { cause: error });
  }

  private connected(): Promise<Producer> {
    this.producer ??= this.connect();
    return this.producer;
  }

  private async connect(): Promise<Producer> {
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: REQUEST_RETRY,
    });
    await producer.connect();
    return producer;
  }

  private async discard(): Promise<void> {
    const doubtful = this.producer;
    this.producer = undefined;
    try {
      await (await doubtful)?.disconnect();
    } catch (error) {
      this.logger.debug({ err: error }, 'the discarded producer did not disconnect in order');
    }
  }

  /** Waits for what is under way, then disconnects. */
  async close(): Promise<void> {
    await this.last;
    await this.discard();
  }
}
