import { fromBinary, SessionEventSchema, TOPICS, type SessionEvent } from '@kuda/contracts';
import { type IncomingMessage, type MessageBatch } from '@kuda/messaging';
import { withBatchHop, TRACEPARENT_HEADER } from '@kuda/tracing';
import { Controller, Inject, Logger } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { SpanKind } from '@opentelemetry/api';
import { REDEMPTION_ERROR_CODES } from '../error-codes';
import { AdvanceRedemptionHandler } from './advance-redemption.handler';
import { COMMITTER, type RedemptionCommitter } from './ports';
import { fingerprintOf, streamOf, type SagaCommand, type SagaEnvelope } from './saga-command';
import { sessionInput } from './session-input';
import { SessionLetters } from './session-letters';

/** Takes what became of our sessions; the offset is stored in the transaction of the step it causes. */
@Controller()
export class SessionsConsumer {
  private readonly logger = new Logger(SessionsConsumer.name);

  constructor(
    private readonly handler: AdvanceRedemptionHandler,
    private readonly letters: SessionLetters,
    @Inject(COMMITTER) private readonly committer: Pick<RedemptionCommitter, 'storeOffset'>,
  ) {}

  @EventPattern(TOPICS.gpuSessions.name)
  async take(@Payload() batch: MessageBatch): Promise<void> {
    const last = batch.messages.at(-1);
    if (batch.isStale() || last === undefined) return;
    return withBatchHop(
      { name: 'consume sessions', file: __filename, kind: SpanKind.CONSUMER },
      batch.messages.map(({ headers }) => headers[TRACEPARENT_HEADER] ?? null),
      async (traceparents) => {
        const taken: SagaEnvelope[] = [];
        for (const [index, message] of batch.messages.entries()) {
          const read = await this.read(batch, message, traceparents[index] ?? null);
          if (read !== null) taken.push(read);
        }
        await this.letters.during(batch, () => this.handler.advance(taken));
        // What was put aside, or says nothing to a redemption, has no entry to store its offset with.
        const { topic, partition } = batch;
        await this.committer.storeOffset({ topic, partition, offset: last.offset });
      },
    );
  }

  /** Null for a record that says nothing to a redemption; an unreadable one is put aside. */
  private async read(
    batch: MessageBatch,
    message: IncomingMessage,
    traceparent: string | null,
  ): Promise<SagaEnvelope | null> {
    try {
      const event = fromBinary(SessionEventSchema, message.value ?? new Uint8Array());
      const command = sessionInput(event);
      if (command === null) return null;
      return envelopeOf(message, event, { command, traceparent });
    } catch (error) {
      const { code, title } = REDEMPTION_ERROR_CODES.unreadableMessage;
      this.logger.error({ err: error, partition: message.partition, offset: String(message.offset) }, title);
      await batch.deadLetter(message, code, title);
      return null;
    }
  }
}

/** A session event is known for ever by its order and session version. */
function envelopeOf(
  { topic, partition, offset, value }: IncomingMessage,
  event: SessionEvent,
  { command, traceparent }: { readonly command: SagaCommand; readonly traceparent: string | null },
): SagaEnvelope {
  return {
    commandId: `session:${event.orderId}/${event.sessionVersion.toString()}`,
    fingerprint: fingerprintOf(value ?? ''),
    streamId: streamOf(command.redemptionId),
    command,
    input: { topic, partition, offset },
    traceparent,
  };
}
