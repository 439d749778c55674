import { TOPICS } from '@kuda/contracts';
import type { MessageBatch } from '@kuda/messaging';
import { withBatchHop, TRACEPARENT_HEADER } from '@kuda/tracing';
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { SpanKind } from '@opentelemetry/api';
import { DeadLetters } from '../ledger/dead-letters';
import { readHoldCommand } from './hold-command.codec';
import { HoldCommandHandler } from './hold-command.handler';

/** Takes holds, captures and releases asked of the ledger; the offset is stored in the transaction of their outcomes. */
@Controller()
export class HoldCommandConsumer {
  constructor(
    private readonly handler: HoldCommandHandler,
    private readonly deadLetters: DeadLetters,
  ) {}

  @EventPattern(TOPICS.ledgerCommands.name)
  async commands(@Payload() batch: MessageBatch): Promise<void> {
    if (batch.isStale()) return;
    return withBatchHop(
      { name: 'consume ledger commands', file: __filename, kind: SpanKind.CONSUMER },
      batch.messages.map(({ headers }) => headers[TRACEPARENT_HEADER] ?? null),
      async (traceparents) => {
        const readable = await this.deadLetters.sift(batch, traceparents, readHoldCommand);
        const outcomes = await this.handler.decide(readable.map(({ envelope }) => envelope));
        await this.deadLetters.settle(batch, readable, outcomes);
      },
    );
  }
}
