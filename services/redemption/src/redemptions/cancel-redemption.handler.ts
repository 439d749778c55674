import type { Committer } from '@kuda/event-store';
import { notFound, problem } from '@kuda/service-kit';
import { withHop } from '@kuda/tracing';
import { Inject, Injectable } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import { REDEMPTION_ERROR_CODES } from '../error-codes';
import { RedemptionMetrics } from '../redemption.metrics';
import { COMMITTER } from './ports';
import type { RedemptionRecord } from './redemption.entity';
import { recordOne } from './record-one';
import { RedemptionQuery } from './redemption.query';
import { fingerprintOf, streamOf, type SagaCommand } from './saga-command';

/** What a session that the user cancelled is stopped with. */
const REASON = 'cancelled by the user';

/** Cancels a redemption: before its hold stands nothing is charged, afterwards the seconds run. */
@Injectable()
export class CancelRedemptionHandler {
  constructor(
    @Inject(COMMITTER) private readonly committer: Committer<SagaCommand>,
    private readonly redemptions: RedemptionQuery,
    private readonly metrics: RedemptionMetrics,
  ) {}

  /** One cancellation per redemption; a repeat answers with the redemption as it is. @throws ProblemException */
  cancel(redemptionId: string): Promise<RedemptionRecord> {
    const hop = { name: 'cancel redemption', file: __filename, kind: SpanKind.INTERNAL };
    return withHop(hop, null, (traceparent) => this.record(redemptionId, traceparent));
  }

  private async record(redemptionId: string, traceparent: string | null): Promise<RedemptionRecord> {
    const row = await this.find(redemptionId);
    if (row.isCancelled) return row;
    if (!row.isLive || row.state === 'settling') throw problem(REDEMPTION_ERROR_CODES.notCancellable);
    const { entry } = await recordOne(this.committer, {
      commandId: `cancel:${redemptionId}`,
      fingerprint: fingerprintOf(redemptionId),
      streamId: streamOf(redemptionId),
      command: { redemptionId, userId: row.userId, input: { type: 'cancel', reason: REASON } },
      input: null,
      traceparent,
    });
    // It ended between our look and our word.
    if (entry.kind === 'input_ignored') throw problem(REDEMPTION_ERROR_CODES.notCancellable);
    this.metrics.stepped(entry.kind);
    return this.find(redemptionId);
  }

  private async find(redemptionId: string): Promise<RedemptionRecord> {
    const row = await this.redemptions.find(redemptionId);
    if (row === null) throw notFound('There is no redemption of this id.');
    return row;
  }
}
