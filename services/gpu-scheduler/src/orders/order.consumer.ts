import { TOPICS } from '@kuda/contracts';
import type { IncomingMessage, MessageBatch } from '@kuda/messaging';
import { withBatchHop, TRACEPARENT_HEADER } from '@kuda/tracing';
import { Controller, Inject, Logger } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { SpanKind } from '@opentelemetry/api';
import { GPU_ERROR_CODES } from '../error-codes';
import { OrderLetters } from './order-letters';
import { readOrder } from './order-message';
import { PlaceOrderHandler } from './place-order.handler';
import { COMMITTER, type SessionCommitter } from './ports';
import type { OrderInput } from './session-stream';

const NOTHING = new Uint8Array();

/** Takes orders from the bus; the offset is stored in the transaction of their entries. */
@Controller()
export class OrderConsumer {
  private readonly logger = new Logger(OrderConsumer.name);

  constructor(
    private readonly handler: PlaceOrderHandler,
    private readonly letters: OrderLetters,
    @Inject(COMMITTER) private readonly committer: Pick<SessionCommitter, 'storeOffset'>,
  ) {}

  @EventPattern(TOPICS.gpuOrders.name)
  async take(@Payload() batch: MessageBatch): Promise<void> {
    const last = batch.messages.at(-1);
    if (batch.isStale() || last === undefined) return;
    return withBatchHop(
      { name: 'consume orders', file: __filename, kind: SpanKind.CONSUMER },
      batch.messages.map(({ headers }) => headers[TRACEPARENT_HEADER] ?? null),
      async (traceparents) => {
        const orders: OrderInput[] = [];
        for (const [index, message] of batch.messages.entries()) {
          const read = await this.read(batch, message, traceparents[index] ?? null);
          if (read !== null) orders.push(read);
        }
        await this.letters.during(batch, () => this.handler.record(orders));
        // What was put aside has no entry, so its offset is not stored with one.
        await this.committer.storeOffset({
          topic: batch.topic,
          partition: batch.partition,
          offset: last.offset,
        });
      },
    );
  }

  /** Null for a record that asks for nothing; an unreadable one is put aside. */
  private async read(
    batch: MessageBatch,
    message: IncomingMessage,
    traceparent: string | null,
  ): Promise<OrderInput | null> {
    const content = message.value ?? NOTHING;
    try {
      const command = readOrder(content);
      if (command === null) return null;
      const { topic, partition, offset } = message;
      return { command, content, input: { topic, partition, offset }, traceparent };
    } catch (error) {
      const { code, title } = GPU_ERROR_CODES.unreadableOrder;
      this.logger.error({ err: error, code, offset: message.offset.toString() }, title);
      await batch.deadLetter(message, code, error instanceof Error ? error.message : title);
      return null;
    }
  }
}
