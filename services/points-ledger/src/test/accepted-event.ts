import { ActivityAcceptedSchema, create, toBinary, TOPICS } from '@kuda/contracts';
import type { IncomingMessage } from '@kuda/messaging';

/** What a test says of an accepted event; the rest is filled in. */
export interface AcceptedEvent {
  readonly id: string;
  /** Without prefix and version: `session.login`. */
  readonly type: string;
  readonly subject?: string;
  readonly beneficiary?: string;
  readonly timeUs: bigint;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly personKeyFirst?: boolean;
}

/** The value of a record of `activity.accepted.v1`. */
export function acceptedBytes(event: AcceptedEvent): Buffer {
  const subject = event.subject ?? 'ada';
  const message = create(ActivityAcceptedSchema, {
    source: '/platform/test',
    eventId: event.id,
    type: `ai.kuda.${event.type}.v1`,
    subject,
    beneficiary: event.beneficiary ?? subject,
    time: new Date(Number(event.timeUs / 1000n)).toISOString(),
    timeUs: event.timeUs,
    dataJson: Buffer.from(JSON.stringify(event.data ?? {})),
    backfill: true,
    ...(event.personKeyFirst === undefined ? {} : { claims: { personKeyFirst: event.personKeyFirst } }),
  });
  return Buffer.from(toBinary(ActivityAcceptedSchema, message));
}

/** A record as the ledger's consumer gets it. */
export function anIncoming(
  value: Buffer | null,
  offset = 0n,
  topic: string = TOPICS.activityAccepted.name,
): IncomingMessage {
  return { topic, partition: 0, offset, key: 'ada', value, headers: {}, timestampMs: 0 };
}
