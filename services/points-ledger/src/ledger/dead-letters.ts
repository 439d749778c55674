import type { CommandEnvelope, Outcome } from '@kuda/event-store';
import type { Command } from '@kuda/ledger-core';
import type { IncomingMessage, MessageBatch } from '@kuda/messaging';
import { Injectable } from '@nestjs/common';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { Shards } from '../shards/shards';
import { LedgerLetters } from './ledger-letters';
import type { Read } from './read-message';
import { userOfStream } from './user-stream';

/** How a consumer reads its records, and has them decided. */
export interface Consumption {
  /** The trace context of each record. */
  readonly traceparents: readonly (string | null)[];
  readonly read: (message: IncomingMessage) => Read<CommandEnvelope<Command>>;
  readonly decide: (
    shard: number,
    commands: readonly CommandEnvelope<Command>[],
  ) => Promise<readonly Outcome[]>;
}

/** Takes batches of records so that none is passed over without an entry or a dead letter. */
@Injectable()
export class DeadLetters {
  constructor(
    private readonly shards: Shards,
    private readonly letters: LedgerLetters,
  ) {}

  /**
   * Has the records that can be read decided; the others are put aside before, and what the ledger cannot take while it
   * is decided: no offset is stored ahead of a letter.
   */
  async consume(batch: MessageBatch, { traceparents, read, decide }: Consumption): Promise<void> {
    await this.letters.during(batch, async () => {
      const commands: CommandEnvelope<Command>[] = [];
      for (const [index, message] of batch.messages.entries()) {
        const result = this.placed(batch, read(message));
        if (result.ok) commands.push({ ...result.value, traceparent: traceparents[index] ?? null });
        else await this.letters.putAside(batch, message, result);
      }
      const outcomes = await decide(batch.partition, commands);
      const faults = outcomes.filter(({ status }) => status === 'faulted').length;
      if (faults > 0 || commands.length < batch.messages.length) await this.passOver(batch);
    });
  }

  /** What was put aside has no entry to store its offset with. */
  private async passOver(batch: MessageBatch): Promise<void> {
    const last = batch.messages.at(-1);
    if (last === undefined) return;
    const { topic, partition, offset } = last;
    await this.shards.at(partition).committer.storeOffset({ topic, partition, offset });
  }

  /** A command on the partition of another shard would open a second account of its user. */
  private placed(
    batch: MessageBatch,
    result: Read<CommandEnvelope<Command>>,
  ): Read<CommandEnvelope<Command>> {
    if (!result.ok) return result;
    const home = this.shards.of(userOfStream(result.value.streamId ?? '')).index;
    if (home === batch.partition) return result;
    const detail = `the user lives in shard ${String(home)}, the message is on partition ${String(batch.partition)}`;
    return { ok: false, code: LEDGER_ERROR_CODES.wrongShard.code, detail };
  }
}
