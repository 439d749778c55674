import type { Committer, Outcome } from '@kuda/event-store';
import { withBatchHop } from '@kuda/tracing';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import { RedemptionMetrics } from '../redemption.metrics';
import { COMMITTER } from './ports';
import type { SagaCommand, SagaEnvelope } from './saga-command';

/** Steps redemptions on by what the other services say. */
@Injectable()
export class AdvanceRedemptionHandler {
  private readonly logger = new Logger(AdvanceRedemptionHandler.name);

  constructor(
    @Inject(COMMITTER) private readonly committer: Committer<SagaCommand>,
    private readonly metrics: RedemptionMetrics,
  ) {}

  /** Resolves when each input's step is durable, in order; a repeat answers with the step it made the first time. */
  async advance(envelopes: readonly SagaEnvelope[]): Promise<readonly Outcome[]> {
    return withBatchHop(
      { name: 'advance redemption', file: __filename, kind: SpanKind.INTERNAL },
      envelopes.map(({ traceparent }) => traceparent),
      async (traceparents) => {
        const outcomes = await this.committer.submit(
          envelopes.map((envelope, index) => ({ ...envelope, traceparent: traceparents[index] ?? null })),
        );
        this.report(envelopes, outcomes);
        return outcomes;
      },
    );
  }

  private report(envelopes: readonly SagaEnvelope[], outcomes: readonly Outcome[]): void {
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status !== 'recorded') continue;
      const { kind, streamId, position } = outcome.entry;
      this.metrics.stepped(kind);
      const input = envelopes[index]?.command.input.type;
      this.logger.log({ streamId, step: kind, input, position: position.toString() }, 'redemption stepped');
    }
  }
}
