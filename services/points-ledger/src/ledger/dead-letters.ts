import type { CommandEnvelope, Outcome } from '@kuda/event-store';
import type { Command } from '@kuda/ledger-core';
import type { IncomingMessage, MessageBatch } from '@kuda/messaging';
import { Injectable, Logger } from '@nestjs/common';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { LedgerMetrics } from '../ledger.metrics';
import { Shards } from '../shards/shards';
import type { Read } from './read-message';
import { userOfStream } from './user-stream';

/** A record and the command it asks for. */
export interface Readable {
  readonly message: IncomingMessage;
  readonly envelope: CommandEnvelope<Command>;
}

/** Puts aside what the ledger cannot take; whoever is asked for a command twice with other content hears of it here. */
@Injectable()
export class DeadLetters {
  private readonly logger = new Logger(DeadLetters.name);

  constructor(
    private readonly shards: Shards,
    private readonly metrics: LedgerMetrics,
  ) {}

  /** The records that can be read, with the trace context of each; the others go to the dead-letter topic. */
  async sift(
    batch: MessageBatch,
    traceparents: readonly (string | null)[],
    read: (message: IncomingMessage) => Read<CommandEnvelope<Command>>,
  ): Promise<readonly Readable[]> {
    const readable: Readable[] = [];
    for (const [index, message] of batch.messages.entries()) {
      const traceparent = traceparents[index] ?? null;
      const result = this.placed(batch, read(message));
      if (result.ok) readable.push({ message, envelope: { ...result.value, traceparent } });
      else await this.putAside(batch, message, result);
    }
    return readable;
  }

  /** What came of the readable ones: faults and conflicts go aside, and the batch's last offset is stored. */
  async settle(
    batch: MessageBatch,
    readable: readonly Readable[],
    outcomes: readonly Outcome[],
  ): Promise<void> {
    let asides = batch.messages.length - readable.length;
    for (const [index, { message }] of readable.entries()) {
      const reason = reasonOf(outcomes[index]);
      if (reason === null) continue;
      asides += 1;
      await this.putAside(batch, message, reason);
    }
    const last = batch.messages.at(-1);
    if (asides === 0 || last === undefined) return;
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

  private async putAside(
    batch: MessageBatch,
    message: IncomingMessage,
    { code, detail }: { readonly code: string; readonly detail: string },
  ): Promise<void> {
    const { topic, partition, offset } = message;
    this.logger.error({ topic, partition, offset: offset.toString(), code, detail }, 'message put aside');
    this.metrics.putAside(code);
    await batch.deadLetter(message, code, detail);
  }
}

function reasonOf(outcome: Outcome | undefined): { readonly code: string; readonly detail: string } | null {
  switch (outcome?.status) {
    case 'recorded':
    case 'repeated':
      return null;
    case 'conflict': {
      const detail = `command ${outcome.entry.commandId} was decided at ${outcome.entry.position.toString()}`;
      return { code: LEDGER_ERROR_CODES.conflict.code, detail };
    }
    case 'faulted':
      return outcome;
    case undefined:
      return { code: LEDGER_ERROR_CODES.undecodable.code, detail: 'no outcome' };
  }
}
