import type { ActivityEvent, Claim, Verdict, Vote } from './activity-event';
import { badAttribute, identityOf, missingAttribute } from './attribute-checks';
import { badMember, missingMember, negativeAmount, type CheckedData } from './data-checks';
import { isBinaryMode, readBinary, readStructured, type Envelope } from './envelope';
import { EVENT_TYPES, type EventTypeSchema } from './event-types';
import { isJsonObject, textOf } from './json-text';
import { forbiddenTo, type Producer, type Sender } from './producer';
import { rejection, type Rejection } from './rejection';
import { parseInstantUs } from './rfc3339';

const MINUTE_US = 60_000_000n;
const DAY_US = 24n * 60n * MINUTE_US;
/** A producer's clock may run ahead by this much (I12). */
export const MAX_AHEAD_US = 5n * MINUTE_US;
/** What is older needs the backfill scope (I12). */
export const MAX_AGE_US = 7n * DAY_US;

/** What a validation needs to know beside the input. */
export interface IntakeScope {
  readonly nowUs: bigint;
  readonly backfill: boolean;
  /** Who sends it; absent where producers are not told apart. */
  readonly sender?: Sender;
}

/** One input as received: the bytes and, from the bus, the headers. */
export interface RawInput {
  readonly raw: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const EMPTY_DATA = '{}';

function checkedData(envelope: Envelope): CheckedData {
  if (envelope.data === undefined) return undefined;
  return isJsonObject(envelope.data.value) ? envelope.data.value : 'not-an-object';
}

function timeRejection(timeUs: bigint | undefined, nowUs: bigint): Rejection | undefined {
  if (timeUs === undefined) return rejection('bad_time', '/time', 'time is not RFC 3339 with an offset');
  const ahead = timeUs > nowUs + MAX_AHEAD_US;
  return ahead ? rejection('bad_time', '/time', 'time is more than 5 minutes in the future') : undefined;
}

function lateRejection(timeUs: bigint | undefined, scope: IntakeScope): Rejection | undefined {
  const late = !scope.backfill && timeUs !== undefined && timeUs < scope.nowUs - MAX_AGE_US;
  return late
    ? rejection('too_late', '/time', 'time is more than 7 days ago, without the backfill scope')
    : undefined;
}

/** What a producer may not emit is not in its list: the last rung of `bad_value`. */
function forbiddenRejection(
  { sender }: IntakeScope,
  attributes: Envelope['attributes'],
): Rejection | undefined {
  if (sender === undefined) return undefined;
  const source = textOf(attributes, 'source');
  const forbidden = forbiddenTo(sender, { source }, textOf(attributes, 'type'));
  if (forbidden === undefined) return undefined;
  return { ...rejection('bad_value', forbidden.pointer, forbidden.detail), forbidden: true };
}

/** The first reason that holds, in the order of DOMAIN.md section 3. */
function firstRejection(
  envelope: Envelope,
  schema: EventTypeSchema | undefined,
  timeUs: bigint | undefined,
  scope: IntakeScope,
): Rejection | undefined {
  const { attributes } = envelope;
  const missing = missingAttribute(attributes);
  if (missing !== undefined) return missing;
  if (schema === undefined) return rejection('unknown_type', '/type', 'no such event type is known');
  const data = checkedData(envelope);
  return (
    missingMember(schema, data) ??
    timeRejection(timeUs, scope.nowUs) ??
    negativeAmount(schema, data) ??
    badAttribute(attributes) ??
    badMember(schema, data) ??
    forbiddenRejection(scope, attributes) ??
    lateRejection(timeUs, scope)
  );
}

function claimOf({ claim }: EventTypeSchema, data: CheckedData): Claim | null {
  if (claim === null || !isJsonObject(data) || data[claim.when] !== true) return null;
  return { kind: claim.key, value: textOf(data, claim.key) };
}

function accountMarkOf({ accountMark }: EventTypeSchema, data: CheckedData): Claim | null {
  if (accountMark === null || !isJsonObject(data) || !Object.hasOwn(data, accountMark)) return null;
  return { kind: accountMark, value: textOf(data, accountMark) };
}

function voteOf({ isVote }: EventTypeSchema, data: CheckedData): Vote | null {
  if (!isVote || !isJsonObject(data)) return null;
  return { modelId: textOf(data, 'model_id'), author: textOf(data, 'owner'), up: data['vote'] === 'up' };
}

function beneficiaryOf({ beneficiary }: EventTypeSchema, data: CheckedData, subject: string): string {
  if (beneficiary === null || !isJsonObject(data)) return subject;
  return textOf(data, beneficiary);
}

function ownerOf({ sender }: IntakeScope, source: string): Producer | null {
  return source === '' ? null : (sender?.directory.ofSource(source) ?? null);
}

/** Takes the event, or says why not. */
export function validateEvent(envelope: Envelope, given: IntakeScope): Verdict {
  const { attributes } = envelope;
  const type = textOf(attributes, 'type');
  const schema = EVENT_TYPES.get(type);
  const time = textOf(attributes, 'time');
  const timeUs = parseInstantUs(time);
  const source = textOf(attributes, 'source');
  const owner = ownerOf(given, source);
  // The scope to send the past is the producer's, whatever way its events come.
  const scope = owner?.backfill === false ? { ...given, backfill: false } : given;
  const found = firstRejection(envelope, schema, timeUs, scope);
  if (found !== undefined || schema === undefined || timeUs === undefined) {
    const why = found ?? rejection('bad_value', '', 'the event could not be read');
    return { kind: 'rejected', rejection: why, identity: identityOf(attributes) };
  }
  const data = checkedData(envelope);
  const subject = textOf(attributes, 'subject');
  const event: ActivityEvent = {
    source,
    eventId: textOf(attributes, 'id'),
    type,
    subject,
    time,
    timeUs,
    beneficiary: beneficiaryOf(schema, data, subject),
    dataJson: envelope.data?.text ?? EMPTY_DATA,
    backfill: scope.backfill,
    claim: claimOf(schema, data),
    accountMark: accountMarkOf(schema, data),
    vote: voteOf(schema, data),
    producer: owner?.id ?? '',
  };
  return { kind: 'accepted', event };
}

/** Reads and validates one input. Total: whatever the bytes are, it answers and never throws. */
export function judgeInput(input: RawInput, scope: IntakeScope): Verdict {
  const read = isBinaryMode(input.headers) ? readBinary(input.headers, input.raw) : readStructured(input.raw);
  if (read.ok) return validateEvent(read.envelope, scope);
  return { kind: 'rejected', rejection: read.rejection, identity: identityOf(read.attributes) };
}
