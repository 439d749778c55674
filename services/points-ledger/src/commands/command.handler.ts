import type { CommandEnvelope, Outcome } from '@kuda/event-store';
import type { Command } from '@kuda/ledger-core';
import { withBatchHop } from '@kuda/tracing';
import { Injectable } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import { Shards } from '../shards/shards';

/** Has a shard of the ledger decide commands; a refusal is an outcome too. */
@Injectable()
export class CommandHandler {
  constructor(private readonly shards: Shards) {}

  /** Resolves when every outcome is durable, in the order given. @throws TransientError while the shard is not ours. */
  async decide(shard: number, commands: readonly CommandEnvelope<Command>[]): Promise<readonly Outcome[]> {
    return withBatchHop(
      { name: 'decide command', file: __filename, kind: SpanKind.INTERNAL },
      commands.map(({ traceparent }) => traceparent),
      async (traceparents) => {
        const traced = commands.map((command, index) => ({
          ...command,
          traceparent: traceparents[index] ?? null,
        }));
        return this.shards.at(shard).committer.submit(traced);
      },
    );
  }
}
