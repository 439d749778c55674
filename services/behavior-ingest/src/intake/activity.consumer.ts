import { TOPICS } from '@kuda/contracts';
import type { LogCommitter } from '@kuda/event-store';
import type { IncomingMessage, MessageBatch } from '@kuda/messaging';
import { withBatchHop, TRACEPARENT_HEADER } from '@kuda/tracing';
import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { SpanKind } from '@opentelemetry/api';
import { RateLimits } from '../producers/rate-limits';
import { senderTrace, type ActivityInput, type IntakeCommand } from './activity-input';
import { ActivityLetters } from './activity-letters';
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
  constructor(
    private readonly handler: RecordActivityHandler,
    private readonly limits: RateLimits,
    private readonly letters: ActivityLetters,
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
        const recorded = await this.letters.during(batch, () => this.handler.commit(judged));
        await this.passOver(batch, recorded);
      },
    );
  }

  /** What was put aside has no entry to store its offset with. */
  private async passOver(batch: MessageBatch, recorded: readonly Recorded[]): Promise<void> {
    const last = recorded.findLastIndex(({ status }) => status === 'faulted');
    const message = batch.messages[last];
    if (message === undefined) return;
    const { topic, partition, offset } = message;
    await this.committer.storeOffset({ topic, partition, offset });
  }
}
