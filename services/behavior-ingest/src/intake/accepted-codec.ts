import type { ActivityEvent } from '../domain/activity-event';
import type { Risk } from '../domain/risk';

/**
 * `kuda.activity.v1.ActivityAccepted`, written and read by hand: it is made for every event, and reflection over the
 * schema costs several times more. Byte for byte what the generated code writes (accepted-codec.prop.spec.ts).
 */

/** What was decided about an event beside the event itself. */
export interface AcceptanceFacts {
  readonly recordedAtUs: bigint;
  /** For an event that claims a person key: whether it is the first; null otherwise. */
  readonly personKeyFirst: boolean | null;
  readonly risk: Risk | null;
  /** Of a replay: the quarantine id of the original and who asked for it. */
  readonly replay: { readonly quarantineId: string; readonly actor: string } | null;
}

const FIRST_CAPACITY = 16 * 1024;
/** Tag and length of a field, and a varint, at most. */
const MAX_FIELD_OVERHEAD = 16;
const VARINT_LOW_BITS = 0x7f;
const VARINT_MORE = 0x80;
const BITS_OF_INT64 = 64;
const LENGTH_DELIMITED = 2;

/** Grows to the largest message seen; a message is copied out of it. Used by one call at a time. */
let scratch = Buffer.allocUnsafe(FIRST_CAPACITY);
let at = 0;

function reserve(bytes: number): void {
  if (at + bytes + MAX_FIELD_OVERHEAD <= scratch.length) return;
  const larger = Buffer.allocUnsafe(Math.max(2 * scratch.length, at + bytes + MAX_FIELD_OVERHEAD));
  scratch.copy(larger, 0, 0, at);
  scratch = larger;
}

function putVarint(value: number): void {
  let rest = value;
  while (rest > VARINT_LOW_BITS) {
    scratch[at++] = (rest & VARINT_LOW_BITS) | VARINT_MORE;
    rest = Math.floor(rest / VARINT_MORE);
  }
  scratch[at++] = rest;
}

function putInt64(field: number, value: bigint): void {
  if (value === 0n) return;
  reserve(0);
  scratch[at++] = field << 3;
  if (value > 0n && value <= BigInt(Number.MAX_SAFE_INTEGER)) {
    putVarint(Number(value));
    return;
  }
  let rest = BigInt.asUintN(BITS_OF_INT64, value);
  while (rest > BigInt(VARINT_LOW_BITS)) {
    scratch[at++] = Number(rest & BigInt(VARINT_LOW_BITS)) | VARINT_MORE;
    rest >>= 7n;
  }
  scratch[at++] = Number(rest);
}

function putBool(field: number, value: boolean): void {
  reserve(0);
  scratch[at++] = field << 3;
  scratch[at++] = value ? 1 : 0;
}

function putText(field: number, text: string): void {
  if (text === '') return;
  putPresentText(field, text);
}

function putPresentText(field: number, text: string): void {
  const bytes = Buffer.byteLength(text);
  reserve(bytes);
  scratch[at++] = (field << 3) | LENGTH_DELIMITED;
  putVarint(bytes);
  at += scratch.write(text, at, bytes, 'utf8');
}

function putMessage(field: number, write: () => void): void {
  const start = at;
  write();
  const body = Buffer.from(scratch.subarray(start, at));
  at = start;
  reserve(body.length);
  scratch[at++] = (field << 3) | LENGTH_DELIMITED;
  putVarint(body.length);
  at += body.copy(scratch, at);
}

function putClaims({ personKeyFirst, risk }: AcceptanceFacts): void {
  if (personKeyFirst === null && risk === null) return;
  putMessage(10, () => {
    if (personKeyFirst !== null) putBool(1, personKeyFirst);
    for (const reason of risk?.reasons ?? []) putPresentText(2, reason);
    putText(3, risk?.evidenceJson ?? '');
  });
}

/** The payload of an accepted event: encoded once, stored and published as it is. */
export function encodeAccepted(event: ActivityEvent, facts: AcceptanceFacts): Buffer {
  at = 0;
  putText(1, event.source);
  putText(2, event.eventId);
  putText(3, event.type);
  putText(4, event.subject);
  putText(5, event.time);
  putInt64(6, event.timeUs);
  putText(7, event.beneficiary);
  putText(8, event.dataJson);
  if (event.backfill) putBool(9, true);
  putClaims(facts);
  putInt64(11, facts.recordedAtUs);
  putText(12, event.producer);
  putText(13, facts.replay?.quarantineId ?? '');
  putText(14, facts.replay?.actor ?? '');
  return Buffer.from(scratch.subarray(0, at));
}

/** What the bus must know of an accepted event. */
export interface AcceptedKey {
  readonly source: string;
  readonly eventId: string;
  readonly beneficiary: string;
}

/**
 * Reads source, id and beneficiary out of a payload that `encodeAccepted` wrote: fields in ascending order, of which
 * those up to the beneficiary are texts or varints.
 */
export function readAcceptedKey(payload: Buffer): AcceptedKey {
  const texts: string[] = [];
  let offset = 0;
  const varint = (): number => {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = payload[offset++] ?? 0;
      value += (byte & VARINT_LOW_BITS) * scale;
      if (byte < VARINT_MORE) return value;
      scale *= VARINT_MORE;
    }
  };
  while (offset < payload.length) {
    const tag = varint();
    if (tag >> 3 > BENEFICIARY_FIELD) break;
    if ((tag & 7) !== LENGTH_DELIMITED) {
      varint();
      continue;
    }
    const length = varint();
    texts[tag >> 3] = payload.toString('utf8', offset, offset + length);
    offset += length;
  }
  return { source: texts[1] ?? '', eventId: texts[2] ?? '', beneficiary: texts[BENEFICIARY_FIELD] ?? '' };
}

const BENEFICIARY_FIELD = 7;
