import type { CommandEnvelope } from '@kuda/event-store';
import { toRfc3339 } from '@kuda/service-kit';
import { eventKey, type ActivityEvent } from '../domain/activity-event';
import { eventFingerprint, type IntakeCommand } from '../intake/activity-input';

/** An event that intake itself derives from others; an input like any other from there on. */
export interface DerivedEvent {
  readonly source: string;
  /** Tells the fact, so that it is accepted once however often it is derived. */
  readonly eventId: string;
  readonly type: string;
  readonly subject: string;
  readonly timeUs: bigint;
  readonly data: Readonly<Record<string, unknown>>;
  readonly traceparent: string | null;
}

/** The command that takes a derived event. */
export function acceptDerived(derived: DerivedEvent): CommandEnvelope<IntakeCommand> {
  const { source, eventId, type, subject, timeUs, data, traceparent } = derived;
  const event: ActivityEvent = {
    source,
    eventId,
    type,
    subject,
    time: toRfc3339(timeUs),
    timeUs,
    beneficiary: subject,
    dataJson: JSON.stringify(data),
    backfill: false,
    claim: null,
    accountMark: null,
    vote: null,
    producer: '',
  };
  return {
    commandId: eventKey(event),
    fingerprint: eventFingerprint(event),
    streamId: null,
    command: { type: 'accept', event, origin: { via: 'derived', cause: eventKey(event) } },
    input: null,
    traceparent,
  };
}
