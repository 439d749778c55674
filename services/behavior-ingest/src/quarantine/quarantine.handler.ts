import { hash } from 'node:crypto';
import type { ActivityRejected } from '@kuda/contracts';
import type { CommandEnvelope, Committer, SqlPool } from '@kuda/event-store';
import { notFound, problem } from '@kuda/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { INGEST_ERROR_CODES, REJECTION_CODES } from '../error-codes';
import type { ActivityInput, Discard, IntakeCommand } from '../intake/activity-input';
import { COMMITTER, LOG_POOL } from '../intake/ports';
import { RecordActivityHandler } from '../intake/record-activity.handler';
import { outcomeAt, type QuarantineOutcome } from './quarantine-outcome.store';
import { QuarantineQuery } from './quarantine.query';

const { replayRefused, alreadyClosed, notRecorded } = INGEST_ERROR_CODES;

/** An operator's word on one rejected input. */
export interface QuarantineRequest {
  /** Of the rejected input's entry. */
  readonly position: bigint;
  readonly actor: string;
}

/** A rejected input, sent again. */
export interface ReplayRequest extends QuarantineRequest {
  /** Made here, hence unique. */
  readonly requestId: string;
  /** The corrected event, bytes of one JSON object; null: the input as it came. */
  readonly corrected: Buffer | null;
  /** Under the backfill scope; undefined: as it came. */
  readonly backfill: boolean | undefined;
  readonly traceparent: string | null;
}

/** How the record was closed; `repeated` when that had happened before. */
export interface Resolution {
  readonly outcome: QuarantineOutcome;
  readonly repeated: boolean;
}

function inputOf(rejected: ActivityRejected, request: ReplayRequest): ActivityInput {
  const { quarantineId, raw, headers, backfill } = rejected;
  const { position, actor, requestId, corrected, traceparent } = request;
  return {
    raw: corrected ?? Buffer.from(raw),
    headers: corrected === null ? headers : {},
    origin: { via: 'replay', requestId, quarantineId, position, actor },
    backfill: request.backfill ?? backfill,
    traceparent,
  };
}

function discardCommand(command: Discard): CommandEnvelope<IntakeCommand> {
  return {
    commandId: `discard:${command.quarantineId}`,
    fingerprint: hash('sha256', command.note, 'buffer'),
    streamId: null,
    command,
    input: null,
    traceparent: null,
  };
}

/** Closes records of the quarantine, each once: replayed, corrected or not, or given up. */
@Injectable()
export class QuarantineHandler {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(COMMITTER) private readonly committer: Committer<IntakeCommand>,
    @Inject(LOG_POOL) private readonly pool: SqlPool,
    private readonly quarantine: QuarantineQuery,
    private readonly intake: RecordActivityHandler,
  ) {}

  /** Judges the input again, whole. @throws ProblemException 422 when it is kept aside again, 409 when discarded before */
  replay(request: ReplayRequest): Promise<Resolution> {
    return this.alone(async () => {
      const rejected = await this.rejectedAt(request.position);
      const closed = await outcomeAt(this.pool, request.position);
      if (closed?.outcome === 'discarded') throw problem(alreadyClosed);
      if (closed !== null) return { outcome: closed, repeated: true };
      const [recorded] = await this.intake.record([inputOf(rejected, request)]);
      if (recorded === undefined || recorded.status === 'faulted') throw problem(notRecorded);
      if (recorded.status === 'rejected') {
        const { reason, pointer, detail } = recorded.rejection;
        const { code } = REJECTION_CODES[reason];
        throw problem(replayRefused, {
          errors: [{ pointer: `/event${pointer}`, code, detail }],
          extra: { reason },
        });
      }
      return this.closedNow(request.position);
    });
  }

  /** Gives the input up. @throws ProblemException 409 when it was replayed before */
  discard({ position, actor, note }: QuarantineRequest & { readonly note: string }): Promise<Resolution> {
    return this.alone(async () => {
      const { quarantineId } = await this.rejectedAt(position);
      const closed = await outcomeAt(this.pool, position);
      if (closed?.outcome === 'discarded') return { outcome: closed, repeated: true };
      if (closed !== null) throw problem(alreadyClosed);
      await this.committer.submit([discardCommand({ type: 'discard', quarantineId, position, actor, note })]);
      return this.closedNow(position);
    });
  }

  private async rejectedAt(position: bigint): Promise<ActivityRejected> {
    const rejected = await this.quarantine.at(position);
    if (rejected === null) throw notFound('There is no such rejected input.');
    return rejected;
  }

  private async closedNow(position: bigint): Promise<Resolution> {
    const outcome = await outcomeAt(this.pool, position);
    if (outcome === null) throw problem(notRecorded);
    return { outcome, repeated: false };
  }

  /** One at a time: a record that two operators replay at once becomes one event. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work, work);
    this.last = result.catch(() => undefined);
    return result;
  }
}
