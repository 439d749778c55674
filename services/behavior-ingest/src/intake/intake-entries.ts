import {
  ActivityAcceptedSchema,
  ActivityDuplicatedSchema,
  ActivityRejectedSchema,
  create,
  RejectionReason as WireReason,
  toBinary,
} from '@kuda/contracts';
import type { ActivityEvent, EventIdentity } from '../domain/activity-event';
import { REJECTION_REASONS, type Rejection, type RejectionReason } from '../domain/rejection';
import type { RawInput } from '../domain/validate-event';
import type { InputOrigin } from './activity-input';

/** The kinds of entries in the activity log; every input has exactly one. */
export const ENTRY_KINDS = {
  accepted: 'ActivityAccepted',
  rejected: 'ActivityRejected',
  duplicated: 'ActivityDuplicated',
} as const;

/** Reasons on the wire, and back: the names are those of the domain. */
const WIRE_REASONS: Readonly<Record<RejectionReason, WireReason>> = {
  malformed_json: WireReason.MALFORMED_JSON,
  missing_field: WireReason.MISSING_FIELD,
  unknown_type: WireReason.UNKNOWN_TYPE,
  bad_time: WireReason.BAD_TIME,
  negative_amount: WireReason.NEGATIVE_AMOUNT,
  bad_value: WireReason.BAD_VALUE,
  too_late: WireReason.TOO_LATE,
};

/** An input's place on the wire; the members of the other way stay empty. */
function wireOrigin(origin: InputOrigin) {
  switch (origin.via) {
    case 'bus':
      return { topic: origin.topic, partition: origin.partition, offset: origin.offset };
    case 'http':
      return { requestId: origin.requestId, index: origin.index };
  }
}

/** The id under which a rejected input is read back: the position of its entry, so that the log itself is the index. */
export function quarantineId(position: bigint): string {
  return `q-${position.toString()}`;
}

const MAX_POSITION = 2n ** 63n - 1n;

/** The position of a quarantine id, or null for a text that is none. */
export function quarantinePosition(id: string): bigint | null {
  const digits = /^q-([1-9]\d{0,18})$/.exec(id)?.[1];
  const position = digits === undefined ? null : BigInt(digits);
  return position !== null && position <= MAX_POSITION ? position : null;
}

/** What was decided about an event beside the event itself. */
export interface AcceptanceFacts {
  readonly recordedAtUs: bigint;
  /** For an event that claims a person key: whether it is the first; null otherwise. */
  readonly personKeyFirst: boolean | null;
}

/** The payload of an accepted event: encoded once, stored and published as it is. */
export function encodeAccepted(event: ActivityEvent, facts: AcceptanceFacts): Buffer {
  const message = create(ActivityAcceptedSchema, {
    source: event.source,
    eventId: event.eventId,
    type: event.type,
    subject: event.subject,
    time: event.time,
    timeUs: event.timeUs,
    beneficiary: event.beneficiary,
    dataJson: Buffer.from(event.dataJson),
    backfill: event.backfill,
    acceptedAtUs: facts.recordedAtUs,
    ...(facts.personKeyFirst === null ? {} : { claims: { personKeyFirst: facts.personKeyFirst } }),
  });
  return Buffer.from(toBinary(ActivityAcceptedSchema, message));
}

/** A rejected input with what the log adds to it. */
export interface RejectedInput {
  readonly rejection: Rejection;
  readonly identity: EventIdentity;
  readonly input: RawInput;
  readonly origin: InputOrigin;
}

/** The payload of a rejected input, its bytes included. */
export function encodeRejected(rejected: RejectedInput, position: bigint, recordedAtUs: bigint): Buffer {
  const { rejection, identity, input, origin } = rejected;
  const message = create(ActivityRejectedSchema, {
    quarantineId: quarantineId(position),
    reason: WIRE_REASONS[rejection.reason],
    pointer: rejection.pointer,
    detail: rejection.detail,
    raw: input.raw,
    headers: { ...input.headers },
    origin: wireOrigin(origin),
    rejectedAtUs: recordedAtUs,
    source: identity.source,
    eventId: identity.eventId,
  });
  return Buffer.from(toBinary(ActivityRejectedSchema, message));
}

/** The payload of a repeat. */
export function encodeDuplicated(identity: EventIdentity, origin: InputOrigin, recordedAtUs: bigint): Buffer {
  const message = create(ActivityDuplicatedSchema, {
    source: identity.source,
    eventId: identity.eventId,
    origin: wireOrigin(origin),
    seenAtUs: recordedAtUs,
  });
  return Buffer.from(toBinary(ActivityDuplicatedSchema, message));
}

/** The domain's name of a reason on the wire. */
export function reasonOf(wire: WireReason): RejectionReason | null {
  return REJECTION_REASONS.find((reason) => WIRE_REASONS[reason] === wire) ?? null;
}
