import type { Outcome } from '@kuda/event-store';
import { withBatchHop } from '@kuda/tracing';
import { Inject, Injectable } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import { COMMITTER, WAKER, type SessionCommitter, type SessionWaker } from './ports';
import { orderEnvelope, type OrderInput } from './session-stream';

/** Records orders in the session log, in order, and wakes whoever carries them out. */
@Injectable()
export class PlaceOrderHandler {
  constructor(
    @Inject(COMMITTER) private readonly committer: Pick<SessionCommitter, 'submit'>,
    @Inject(WAKER) private readonly waker: SessionWaker,
  ) {}

  /** Resolves when every order is durable; the outcomes are in the order given. */
  async record(inputs: readonly OrderInput[]): Promise<readonly Outcome[]> {
    return withBatchHop(
      { name: 'record order', file: __filename, kind: SpanKind.INTERNAL },
      inputs.map(({ traceparent }) => traceparent),
      async (traceparents) => {
        const envelopes = inputs.map((input, index) =>
          orderEnvelope({ ...input, traceparent: traceparents[index] ?? null }),
        );
        const outcomes = await this.committer.submit(envelopes);
        for (const { command } of inputs) {
          this.waker.wake(command.type === 'place_order' ? command.order.orderId : command.orderId);
        }
        return outcomes;
      },
    );
  }
}
