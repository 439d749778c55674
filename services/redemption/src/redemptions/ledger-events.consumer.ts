import { fromBinary, LedgerRecordSchema, TOPICS, type LedgerRecord } from '@kuda/contracts';
import { type IncomingMessage, type MessageBatch } from '@kuda/messaging';
import { withBatchHop, TRACEPARENT_HEADER } from '@kuda/tracing';
import { Controller, Logger } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { SpanKind } from '@opentelemetry/api';
import { MemberProjection } from '../members/member.projection';
import { REDEMPTION_ERROR_CODES } from '../error-codes';
import { RedemptionMetrics } from '../redemption.metrics';
import { AdvanceRedemptionHandler } from './advance-redemption.handler';
import { ledgerInput } from './ledger-input';
import { fingerprintOf, streamOf, type SagaCommand, type SagaEnvelope } from './saga-command';

interface OwnRecord {
  readonly message: IncomingMessage;
  readonly record: LedgerRecord;
  readonly command: SagaCommand;
}

/**
 * Takes every record of the ledger: all of them for the members read model, those about our own holds for the saga.
 * The saga's steps come first and are remembered by the record's own coordinates; then read model and offset commit
 * together. A crash in between repeats steps that are known already.
 */
@Controller()
export class LedgerEventsConsumer {
  private readonly logger = new Logger(LedgerEventsConsumer.name);

  constructor(
    private readonly handler: AdvanceRedemptionHandler,
    private readonly members: MemberProjection,
    private readonly metrics: RedemptionMetrics,
  ) {}

  @EventPattern(TOPICS.ledgerEvents.name)
  async take(@Payload() batch: MessageBatch): Promise<void> {
    const last = batch.messages.at(-1);
    if (batch.isStale() || last === undefined) return;
    const records: LedgerRecord[] = [];
    const own: OwnRecord[] = [];
    for (const message of batch.messages) {
      const record = await this.read(batch, message);
      if (record === null) continue;
      records.push(record);
      const command = ledgerInput(record);
      if (command !== null) own.push({ message, record, command });
    }
    if (own.length > 0) await this.advance(batch, own);
    if (batch.isStale()) return;
    const { topic, partition } = batch;
    await this.members.apply(records, { topic, partition, nextOffset: last.offset + 1n });
    this.metrics.applied(records.length);
  }

  private async read(batch: MessageBatch, message: IncomingMessage): Promise<LedgerRecord | null> {
    try {
      return fromBinary(LedgerRecordSchema, message.value ?? new Uint8Array());
    } catch (error) {
      const { code, title } = REDEMPTION_ERROR_CODES.unreadableMessage;
      const { topic, partition, offset } = message;
      this.logger.error({ err: error, topic, partition, offset: offset.toString(), code }, title);
      await batch.deadLetter(message, code, title);
      return null;
    }
  }

  private async advance(batch: MessageBatch, own: readonly OwnRecord[]): Promise<void> {
    return withBatchHop(
      { name: 'consume ledger outcomes', file: __filename, kind: SpanKind.CONSUMER },
      own.map(({ message }) => message.headers[TRACEPARENT_HEADER] ?? null),
      async (traceparents) => {
        const envelopes = own.map((each, index) => envelopeOf(each, traceparents[index] ?? null));
        const outcomes = await this.handler.advance(envelopes);
        for (const [index, outcome] of outcomes.entries()) {
          const message = own[index]?.message;
          if (outcome.status !== 'faulted' || message === undefined) continue;
          this.logger.error({ code: outcome.code, detail: outcome.detail }, 'a ledger outcome is put aside');
          await batch.deadLetter(message, REDEMPTION_ERROR_CODES.inputFault.code, outcome.detail);
        }
      },
    );
  }
}

/** A record of the ledger is known for ever by its user and account version. */
function envelopeOf({ record, message, command }: OwnRecord, traceparent: string | null): SagaEnvelope {
  return {
    commandId: `ledger:${record.userId}/${record.accountVersion.toString()}`,
    fingerprint: fingerprintOf(message.value ?? ''),
    streamId: streamOf(command.redemptionId),
    command,
    input: null,
    traceparent,
  };
}
