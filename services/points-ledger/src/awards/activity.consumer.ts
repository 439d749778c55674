import { TOPICS } from '@kuda/contracts';
import type { MessageBatch } from '@kuda/messaging';
import { withBatchHop, TRACEPARENT_HEADER } from '@kuda/tracing';
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { SpanKind } from '@opentelemetry/api';
import { DeadLetters } from '../ledger/dead-letters';
import { readActivity } from './activity.codec';
import { DecideActivityHandler } from './decide-activity.handler';

/** Takes accepted activity events from the bus; the offset is stored in the transaction of their decisions. */
@Controller()
export class ActivityConsumer {
  constructor(
    private readonly handler: DecideActivityHandler,
    private readonly deadLetters: DeadLetters,
  ) {}

  @EventPattern(TOPICS.activityAccepted.name)
  async accepted(@Payload() batch: MessageBatch): Promise<void> {
    if (batch.isStale()) return;
    return withBatchHop(
      { name: 'consume accepted activity', file: __filename, kind: SpanKind.CONSUMER },
      batch.messages.map(({ headers }) => headers[TRACEPARENT_HEADER] ?? null),
      (traceparents) =>
        this.deadLetters.consume(batch, {
          traceparents,
          read: readActivity,
          decide: (shard, commands) => this.handler.decide(shard, commands),
        }),
    );
  }
}
