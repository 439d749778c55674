import { Inject, Injectable } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import type { Clock, CommandEnvelope, Committer, Outcome } from '@kuda/event-store';
import { withBatchHop } from '@kuda/tracing';
import { eventKey, type Verdict } from '../domain/activity-event';
import { judgeInput } from '../domain/validate-event';
import { ProducerRegistry } from '../producers/producer.registry';
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

/** An input with what is to become of it; nothing is recorded yet. */
export interface JudgedInput {
  readonly input: ActivityInput;
  readonly verdict: Verdict;
  /** The producer that it counts for; empty where it cannot be told. */
  readonly producer: string;
}

/** How many inputs count for each producer. */
export function countByProducer(judged: readonly JudgedInput[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { producer } of judged) {
    if (producer !== '') counts.set(producer, (counts.get(producer) ?? 0) + 1);
  }
  return counts;
}

function commandOf({ verdict, input, producer }: JudgedInput): IntakeCommand {
  const { origin, raw, headers, backfill } = input;
  if (verdict.kind === 'accepted') return { type: 'accept', event: verdict.event, origin };
  const { rejection, identity } = verdict;
  return { type: 'reject', rejection, identity, input: { raw, headers }, origin, backfill, producer };
}

/** What is asked of the log for a judged input. */
export function envelopeOf(judged: JudgedInput, traceparent: string | null): CommandEnvelope<IntakeCommand> {
  const { verdict, input } = judged;
  const { origin } = input;
  const accepted = verdict.kind === 'accepted' ? verdict.event : null;
  return {
    commandId: accepted === null ? originId(origin) : eventKey(accepted),
    fingerprint: accepted === null ? rawFingerprint(input.raw) : eventFingerprint(accepted),
    streamId: null,
    command: commandOf(judged),
    input:
      origin.via === 'bus'
        ? { topic: origin.topic, partition: origin.partition, offset: origin.offset }
        : null,
    traceparent,
  };
}

/** What became of a judged input, by the log's answer. */
export function recordedOf(verdict: Verdict, outcome: Outcome | undefined): Recorded {
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
    @Inject(ProducerRegistry) private readonly registry: Pick<ProducerRegistry, 'directory'>,
  ) {}

  /** Says what is to become of each input, by the registry and the clock as they are now. */
  judge(inputs: readonly ActivityInput[]): readonly JudgedInput[] {
    const nowUs = this.clock.nowUs();
    const { directory } = this.registry;
    return inputs.map((input) => {
      const keyOf = input.keyOf ?? null;
      const verdict = judgeInput(input, { nowUs, backfill: input.backfill, sender: { directory, keyOf } });
      if (verdict.kind === 'accepted') return { input, verdict, producer: verdict.event.producer };
      const owner = verdict.identity.source === '' ? null : directory.ofSource(verdict.identity.source);
      return { input, verdict, producer: keyOf ?? owner?.id ?? '' };
    });
  }

  /** Resolves when every input's entry is durable; rejects with a transient error when none of that is known. */
  async commit(judged: readonly JudgedInput[]): Promise<readonly Recorded[]> {
    return withBatchHop(
      { name: 'record activity', file: __filename, kind: SpanKind.INTERNAL },
      judged.map(({ input }) => input.traceparent),
      async (traceparents) => {
        const commands = judged.map((each, index) => envelopeOf(each, traceparents[index] ?? null));
        const outcomes = await this.committer.submit(commands);
        const recorded = judged.map(({ verdict }, index) => recordedOf(verdict, outcomes[index]));
        const via = judged[0]?.input.origin.via ?? 'bus';
        this.metrics.recorded(via, recorded);
        return recorded;
      },
    );
  }

  /** Both. */
  record(inputs: readonly ActivityInput[]): Promise<readonly Recorded[]> {
    return this.commit(this.judge(inputs));
  }
}
