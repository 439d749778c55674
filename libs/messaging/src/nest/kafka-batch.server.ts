import {
  BaseRpcContext,
  Server,
  type CustomTransportStrategy,
  type MessageHandler,
} from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { ConsumerHealth } from '../consumer/consumer-health';
import type { BatchConsumerOptions } from '../consumer/batch-consumer.options';
import type { KafkaBatchConsumer } from '../consumer/kafka.batch-consumer';
import { BusError } from '../error-codes';
import type { KafkaBus } from '../kafka-bus';
import type { BatchHandler, MessageBatch } from '../ports';

/** What a service's consumer group needs. */
export interface KafkaBatchServerOptions extends Omit<BatchConsumerOptions, 'topics' | 'handlerOf'> {
  readonly bus: KafkaBus;
  /** Default: the patterns of all `@EventPattern` handlers. Give it where a service has more than one group. */
  readonly topics?: readonly string[];
}

type NestHandler = MessageHandler<MessageBatch, BaseRpcContext, unknown>;

/** The longest wait of `close()` for handler calls under way, in milliseconds. */
const CLOSE_DRAIN_LIMIT_MS = 8_000;

/**
 * Nest's transport for batches: a handler is an ordinary `@EventPattern('topic.v1')` method with a `MessageBatch` as its
 * payload. What it throws reaches the consumer unchanged, provided that the application's exception filters hand errors
 * of transports on (service-kit's does).
 */
export class KafkaBatchServer extends Server implements CustomTransportStrategy {
  override readonly transportId = Symbol('kuda-kafka-batch');
  override readonly propagatesEventHandlerErrors = true;
  private consumer: KafkaBatchConsumer | undefined;

  constructor(private readonly options: KafkaBatchServerOptions) {
    super();
  }

  listen(callback: (error?: unknown) => void): void {
    this.start().then(() => callback(), callback);
  }

  /** Hands out nothing more: the first step of an ordered shutdown. */
  stopIntake(): Promise<void> {
    this.consumer?.stopIntake();
    return Promise.resolve();
  }

  /** Waits for handler calls under way; false when they take longer. */
  async drain(limitMs: number): Promise<boolean> {
    return (await this.consumer?.drain(limitMs)) ?? true;
  }

  async close(): Promise<void> {
    const consumer = this.consumer;
    this.consumer = undefined;
    if (consumer === undefined) return;
    consumer.stopIntake();
    await consumer.drain(CLOSE_DRAIN_LIMIT_MS);
    await consumer.close();
  }

  /** For probes and metrics; before `listen` nothing is joined. */
  health(): ConsumerHealth {
    return this.consumer?.health() ?? { joined: false, silentMs: 0, partitions: [], lag: 0n, backingOff: 0 };
  }

  on(): never {
    throw new Error('this transport has no events; see health()');
  }

  unwrap<T>(): T {
    throw new Error('this transport keeps its client to itself');
  }

  private async start(): Promise<void> {
    const topics = this.options.topics ?? [...this.messageHandlers.keys()];
    const handlers = new Map(topics.map((topic) => [topic, this.handlerOfTopic(topic)]));
    const { bus, ...rest } = this.options;
    this.consumer = bus.consumer({ ...rest, topics, handlerOf: (topic) => handlers.get(topic) });
    await this.consumer.start();
  }

  private handlerOfTopic(topic: string): BatchHandler {
    const handler: NestHandler | undefined = this.messageHandlers.get(topic);
    if (handler?.isEventHandler !== true) throw new BusError('KUDA-BUS-1004', `no @EventPattern('${topic}')`);
    if (handler.next !== undefined)
      throw new BusError('KUDA-BUS-1004', `more than one @EventPattern('${topic}')`);
    return (batch) => callHandler(handler, batch);
  }
}

async function callHandler(handler: NestHandler, batch: MessageBatch): Promise<void> {
  const result: unknown = await handler(batch, new BaseRpcContext([batch]));
  if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
}
