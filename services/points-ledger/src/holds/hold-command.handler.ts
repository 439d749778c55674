import type { CommandEnvelope, Committer, Outcome } from '@kuda/event-store';
import type { Command } from '@kuda/ledger-core';
import { withBatchHop } from '@kuda/tracing';
import { Inject, Injectable } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import { COMMITTER } from '../ledger/ports';

/** Has the ledger decide holds, captures and releases; a refusal is an outcome too. */
@Injectable()
export class HoldCommandHandler {
  constructor(@Inject(COMMITTER) private readonly committer: Committer<Command>) {}

  /** Resolves when every outcome is durable, in the order given. */
  async decide(commands: readonly CommandEnvelope<Command>[]): Promise<readonly Outcome[]> {
    return withBatchHop(
      { name: 'decide hold command', file: __filename, kind: SpanKind.INTERNAL },
      commands.map(({ traceparent }) => traceparent),
      async (traceparents) => {
        const traced = commands.map((command, index) => ({
          ...command,
          traceparent: traceparents[index] ?? null,
        }));
        return this.committer.submit(traced);
      },
    );
  }
}
