import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { create, LedgerCommandSchema, toBinary, TOPICS, type LedgerCommand } from '@kuda/contracts';
import { firstOutcome, type StoredEntry } from '@kuda/event-store';
import { decodeRecord } from '@kuda/ledger-core';
import { toHeaders, type MessagePublisher } from '@kuda/messaging';
import { problem } from '@kuda/service-kit';
import { withHop } from '@kuda/tracing';
import { Inject, Injectable } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { PUBLISHER } from '../ledger/ports';
import type { Shard } from '../shards/shard';
import { Shards } from '../shards/shards';
import { outcomeView, pendingView, type CommandOutcome } from './command-outcome';
import { refusalProblem } from './refusal-problem';

/** How long a request waits for its outcome, and how often it looks, in milliseconds. */
const OUTCOME_WAIT_MS = 5_000;
const OUTCOME_POLL_MS = 20;
/** Requests that may wait at once; one more is answered 202 as soon as its command is on the topic. */
const MAX_WAITING_WRITES = 200;
const SOURCE = '/kuda/points-ledger';

/** A write to ask for. The command id is the request's idempotency key. */
export interface CommandWrite {
  readonly commandId: string;
  readonly userId: string;
  readonly command: Exclude<LedgerCommand['command'], { readonly case: undefined }>['case'];
  /** The command's members; made of the request alone, so that a repeat has the same bytes. */
  readonly value: object;
}

/** What came of a write. */
export interface WriteAnswer {
  readonly outcome: CommandOutcome;
  /** True when an earlier request had asked for it. */
  readonly isReplay: boolean;
}

/**
 * The way of an HTTP write: a command on the topic like everybody's, then a wait for its outcome. So there is one door,
 * ordered by user, whichever process the request came to.
 */
@Injectable()
export class CommandWrites {
  private readonly inFlight = new Set<string>();

  constructor(
    private readonly shards: Shards,
    @Inject(PUBLISHER) private readonly publisher: MessagePublisher,
  ) {}

  /** @throws ProblemException for a refusal, a key in flight (409) and a key used for other content (422). */
  async write(write: CommandWrite): Promise<WriteAnswer> {
    if (this.inFlight.has(write.commandId)) throw problem(LEDGER_ERROR_CODES.keyInFlight);
    this.inFlight.add(write.commandId);
    try {
      const hop = { name: `write ${write.command}`, file: __filename, kind: SpanKind.PRODUCER };
      return await withHop(hop, null, (traceparent) => this.once(write, traceparent));
    } finally {
      this.inFlight.delete(write.commandId);
    }
  }

  private async once(write: CommandWrite, traceparent: string | null): Promise<WriteAnswer> {
    const shard = this.shards.of(write.userId);
    const bytes = bytesOf(write);
    const earlier = await firstOutcome(shard.pool, write.commandId);
    if (earlier !== null) return answerOf(earlier, bytes, shard, true);
    const mayWait = this.inFlight.size <= MAX_WAITING_WRITES;
    await this.publisher.publish([
      {
        topic: TOPICS.ledgerCommands.name,
        key: write.userId,
        value: bytes,
        headers: toHeaders({
          id: write.commandId,
          source: SOURCE,
          type: 'ai.kuda.ledger.command.v1',
          subject: write.userId,
          traceparent,
        }),
      },
    ]);
    const entry = mayWait ? await outcomeOf(shard, write.commandId) : null;
    if (entry !== null) return answerOf(entry, bytes, shard, false);
    return { outcome: pendingView(write.commandId, write.userId, shard.index), isReplay: false };
  }
}

function bytesOf({ commandId, userId, command, value }: CommandWrite): Buffer {
  const oneof = { case: command, value } as LedgerCommand['command'];
  return Buffer.from(
    toBinary(LedgerCommandSchema, create(LedgerCommandSchema, { commandId, userId, command: oneof })),
  );
}

async function outcomeOf({ pool }: Shard, commandId: string): Promise<StoredEntry | null> {
  const deadline = performance.now() + OUTCOME_WAIT_MS;
  while (performance.now() < deadline) {
    await sleep(OUTCOME_POLL_MS);
    const entry = await firstOutcome(pool, commandId);
    if (entry !== null) return entry;
  }
  return null;
}

/** A repeat is the same content (I18); a refusal is the problem that it names. */
function answerOf(entry: StoredEntry, bytes: Buffer, shard: Shard, isReplay: boolean): WriteAnswer {
  if (!createHash('sha256').update(bytes).digest().equals(entry.fingerprint)) {
    throw problem(LEDGER_ERROR_CODES.keyReused, {
      detail: `Command ${entry.commandId} was decided at position ${entry.position.toString()} with other content.`,
    });
  }
  const { body } = decodeRecord(entry.payload);
  if (body.case === 'commandRefused') throw refusalProblem(body.value, entry, shard.index);
  return { outcome: outcomeView(entry, shard.index), isReplay };
}
