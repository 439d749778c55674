import { TOPICS } from '@kuda/contracts';
import type { LogCommitter } from '@kuda/event-store';
import type { IncomingMessage, MessageBatch } from '@kuda/messaging';
import { withBatchHop, TRACEPARENT_HEADER } from '@kuda/tracing';
import { Controller, Inject, Logger } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { SpanKind } from '@opentelemetry/api';
import { RateLimits } from '../producers/rate-limits';
import { senderTrace, type ActivityInput, type IntakeCommand } from './activity-input';
import { COMMITTER } from './ports';
import { countByProducer, RecordActivityHandler } from './record-activity.handler';
import type { Recorded } from './recorded';

const NOTHING = Buffer.alloc(0);

function inputOf(message: IncomingMessage, backfill: boolean, traceparent: string | null): ActivityInput {
  const { topic, partition, offset } = message;
  return {
    raw: message.value ?? NOTHING,
    headers: message.headers,
    origin: { via: 'bus', topic, partition, offset },
    backfill,
    traceparent,
  };
}

/** Takes activity events from the bus; the offset is stored in the transaction of their entries. */
@Controller()
export class ActivityConsumer {
  private readonly logger = new Logger(ActivityConsumer.name);

  constructor(
    private readonly handler: RecordActivityHandler,
    private readonly limits: RateLimits,
    @Inject(COMMITTER) private readonly committer: Pick<LogCommitter<IntakeCommand>, 'storeOffset'>,
  ) {}

  @EventPattern(TOPICS.activityEvents.name)
  events(@Payload() batch: MessageBatch): Promise<void> {
    return this.take(batch, false);
  }

  /** The topic of the past: who may write to it has the backfill scope. */
  @EventPattern(TOPICS.activityBackfill.name)
  backfill(@Payload() batch: MessageBatch): Promise<void> {
    return this.take(batch, true);
  }

  private async take(batch: MessageBatch, backfill: boolean): Promise<void> {
    if (batch.isStale()) return;
    return withBatchHop(
      { name: 'consume activity', file: __filename, kind: SpanKind.CONSUMER },
      batch.messages.map(({ headers }) => senderTrace(headers[TRACEPARENT_HEADER])),
      async (traceparents) => {
        const inputs = batch.messages.map((message, index) =>
          inputOf(message, backfill, traceparents[index] ?? null),
        );
        const judged = this.handler.judge(inputs);
        // Over its quota a producer's records wait where they are: on their partition.
        await this.limits.hold(countByProducer(judged));
        if (batch.isStale()) return;
        await this.putAside(batch, await this.handler.commit(judged));
      },
    );
  }

  /** What the log itself could not take (never an invalid event: that is recorded as rejected) is a dead letter. */
  private async putAside(batch: MessageBatch, recorded: readonly Recorded[]): Promise<void> {
    for (const [index, each] of recorded.entries()) {
      const message = batch.messages[index];
      if (each.status !== 'faulted' || message === undefined) continue;
      const { topic, partition, offset } = message;
      const { code, detail } = each;
      this.logger.error({ topic, partition, offset: offset.toString(), code, detail }, 'event not recorded');
      await batch.deadLetter(message, code, detail);
      await this.committer.storeOffset({ topic, partition, offset });
    }
  }
}
