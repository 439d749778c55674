import { Inject, Injectable } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import type { Clock, CommandEnvelope, Committer, Outcome } from '@kuda/event-store';
import { withBatchHop } from '@kuda/tracing';
import { eventKey, type Verdict } from '../domain/activity-event';
import { judgeInput } from '../domain/validate-event';
import {
  eventFingerprint,
  originId,
  rawFingerprint,
  type ActivityInput,
  type IntakeCommand,
} from './activity-input';
import { ENTRY_KINDS } from './intake-entries';
import { IngestMetrics } from '../ingest.metrics';
import { CLOCK, COMMITTER } from './ports';
import type { Recorded } from './recorded';

function commandOf(verdict: Verdict, input: ActivityInput): IntakeCommand {
  const { origin } = input;
  if (verdict.kind === 'accepted') return { type: 'accept', event: verdict.event, origin };
  const { rejection, identity } = verdict;
  return { type: 'reject', rejection, identity, input: { raw: input.raw, headers: input.headers }, origin };
}

function envelopeOf(
  verdict: Verdict,
  input: ActivityInput,
  traceparent: string | null,
): CommandEnvelope<IntakeCommand> {
  const accepted = verdict.kind === 'accepted' ? verdict.event : null;
  const { origin } = input;
  return {
    commandId: accepted === null ? originId(origin) : eventKey(accepted),
    fingerprint: accepted === null ? rawFingerprint(input.raw) : eventFingerprint(accepted),
    streamId: null,
    command: commandOf(verdict, input),
    input:
      origin.via === 'bus'
        ? { topic: origin.topic, partition: origin.partition, offset: origin.offset }
        : null,
    traceparent,
  };
}

function recordedOf(verdict: Verdict, outcome: Outcome | undefined): Recorded {
  const { eventId } = verdict.kind === 'accepted' ? verdict.event : verdict.identity;
  if (outcome === undefined)
    return { status: 'faulted', eventId, code: 'KUDA-INGEST-1105', detail: 'no outcome' };
  if (outcome.status === 'faulted') {
    return { status: 'faulted', eventId, code: outcome.code, detail: outcome.detail };
  }
  if (outcome.entry.kind === ENTRY_KINDS.duplicated) return { status: 'duplicate', eventId };
  if (verdict.kind === 'rejected') return { status: 'rejected', eventId, rejection: verdict.rejection };
  return { status: outcome.status === 'recorded' ? 'accepted' : 'duplicate', eventId };
}

/** Judges inputs and has the log record each of them, in order. */
@Injectable()
export class RecordActivityHandler {
  constructor(
    @Inject(COMMITTER) private readonly committer: Committer<IntakeCommand>,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly metrics: IngestMetrics,
  ) {}

  /** Resolves when every input's entry is durable; rejects with a transient error when none of that is known. */
  async record(inputs: readonly ActivityInput[]): Promise<readonly Recorded[]> {
    return withBatchHop(
      { name: 'record activity', file: __filename, kind: SpanKind.INTERNAL },
      inputs.map(({ traceparent }) => traceparent),
      async (traceparents) => {
        const nowUs = this.clock.nowUs();
        const judged = inputs.map((input) => judgeInput(input, { nowUs, backfill: input.backfill }));
        const commands = judged.flatMap((verdict, index) => {
          const input = inputs[index];
          return input === undefined ? [] : [envelopeOf(verdict, input, traceparents[index] ?? null)];
        });
        const outcomes = await this.committer.submit(commands);
        const recorded = judged.map((verdict, index) => recordedOf(verdict, outcomes[index]));
        this.metrics.recorded(inputs, recorded);
        return recorded;
      },
    );
  }
}
