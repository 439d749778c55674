import {
  ActivityDuplicatedSchema,
  ActivityRejectedSchema,
  create,
  QuarantineActionSchema,
  QuarantineOutcome,
  RejectionReason as WireReason,
  toBinary,
} from '@kuda/contracts';
import type { EventIdentity } from '../domain/activity-event';
import { REJECTION_REASONS, type Rejection, type RejectionReason } from '../domain/rejection';
import type { RawInput } from '../domain/validate-event';
import type { InputOrigin, ReplayOrigin } from './activity-input';

/** The kinds of entries in the activity log; every input has exactly one of the first three. */
export const ENTRY_KINDS = {
  accepted: 'ActivityAccepted',
  rejected: 'ActivityRejected',
  duplicated: 'ActivityDuplicated',
  /** What an operator did to a rejected input that did not become an event. */
  quarantine: 'QuarantineAction',
  producer: 'ProducerChanged',
  riskPolicy: 'RiskPolicyChanged',
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
    case 'replay':
      return { requestId: origin.requestId, replayOf: origin.quarantineId, actor: origin.actor };
    case 'derived':
      return { requestId: origin.cause };
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

/** A rejected input with what the log adds to it. */
export interface RejectedInput {
  readonly rejection: Rejection;
  readonly identity: EventIdentity;
  readonly input: RawInput;
  readonly origin: InputOrigin;
  readonly backfill: boolean;
  /** Empty where it could not be told. */
  readonly producer: string;
}

/** The payload of a rejected input, its bytes included. */
export function encodeRejected(rejected: RejectedInput, position: bigint, recordedAtUs: bigint): Buffer {
  const { rejection, identity, input, origin, backfill, producer } = rejected;
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
    backfill,
    producer,
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

/** The payload of a replay that was kept aside again; the original stays open. */
export function encodeReplayRefused(
  { rejection, input }: RejectedInput,
  { quarantineId: id, actor }: ReplayOrigin,
  actedAtUs: bigint,
): Buffer {
  const message = create(QuarantineActionSchema, {
    quarantineId: id,
    outcome: QuarantineOutcome.REFUSED,
    actor,
    actedAtUs,
    reason: WIRE_REASONS[rejection.reason],
    pointer: rejection.pointer,
    detail: rejection.detail,
    raw: input.raw,
  });
  return Buffer.from(toBinary(QuarantineActionSchema, message));
}

/** The payload of an input that was given up. */
export function encodeDiscarded(
  { quarantineId: id, actor, note }: { quarantineId: string; actor: string; note: string },
  actedAtUs: bigint,
): Buffer {
  const outcome = QuarantineOutcome.DISCARDED;
  const message = create(QuarantineActionSchema, { quarantineId: id, outcome, actor, note, actedAtUs });
  return Buffer.from(toBinary(QuarantineActionSchema, message));
}

/** The domain's name of a reason on the wire. */
export function reasonOf(wire: WireReason): RejectionReason | null {
  return REJECTION_REASONS.find((reason) => WIRE_REASONS[reason] === wire) ?? null;
}
