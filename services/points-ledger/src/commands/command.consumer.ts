import { TOPICS } from '@kuda/contracts';
import type { MessageBatch } from '@kuda/messaging';
import { withBatchHop, TRACEPARENT_HEADER } from '@kuda/tracing';
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { SpanKind } from '@opentelemetry/api';
import { DeadLetters } from '../ledger/dead-letters';
import { readCommand } from './command.codec';
import { CommandHandler } from './command.handler';

/** Takes every write that is asked of the ledger; the offset is stored in the transaction of their outcomes. */
@Controller()
export class CommandConsumer {
  constructor(
    private readonly handler: CommandHandler,
    private readonly deadLetters: DeadLetters,
  ) {}

  @EventPattern(TOPICS.ledgerCommands.name)
  async commands(@Payload() batch: MessageBatch): Promise<void> {
    if (batch.isStale()) return;
    return withBatchHop(
      { name: 'consume ledger commands', file: __filename, kind: SpanKind.CONSUMER },
      batch.messages.map(({ headers }) => headers[TRACEPARENT_HEADER] ?? null),
      (traceparents) =>
        this.deadLetters.consume(batch, {
          traceparents,
          read: readCommand,
          decide: (shard, commands) => this.handler.decide(shard, commands),
        }),
    );
  }
}
