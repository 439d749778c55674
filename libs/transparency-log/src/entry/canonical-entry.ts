/**
 * The bytes of one log entry that its leaf hash covers. Fixed, versioned, length-prefixed: two different entries
 * never share bytes, and what was written once is never written another way. Layout (big-endian integers):
 *
 *   u8 format · text log name · u64 position · text command id · bytes16 fingerprint · u8 has stream ·
 *   [text stream id] · u64 stream version · text kind · u64 recorded_at in µs · bytes32 payload
 *
 * where text is well-formed UTF-8 behind its length in a u16, bytes16 and bytes32 are bytes behind theirs in a u16
 * and a u32. The payload is taken as stored, never re-encoded. Not covered: the trace context (docs/adr/0110).
 */

/** The layout written today; another layout gets another number, and this one stays readable for ever. */
export const ENTRY_FORMAT = 1;
/** The longest text and fingerprint, in bytes. */
export const MAX_SHORT_BYTES = 0xffff;
/** The longest payload, in bytes. */
export const MAX_PAYLOAD_BYTES = 0xffff_ffff;

const U8 = 1;
const U16 = 2;
const U32 = 4;
const U64 = 8;
/** Everything but texts, fingerprint and payload: format, three u64, the stream flag, and the fixed prefixes. */
const FIXED_BYTES = U8 + 3 * U64 + U8 + 4 * U16 + U32;

/** What an entry commits to. */
export interface CanonicalEntry {
  /** Which log the entry stands in: the same entry of another log or shard has another leaf. */
  readonly logName: string;
  readonly position: bigint;
  readonly commandId: string;
  readonly fingerprint: Uint8Array;
  /** Null for an entry without a stream; its version is 0 then. */
  readonly streamId: string | null;
  readonly streamVersion: bigint;
  readonly kind: string;
  /** Ledger time in microseconds since the Unix epoch. */
  readonly recordedAtUs: bigint;
  /** As stored. */
  readonly payload: Uint8Array;
}

/** Bytes that are not a canonical entry, or an entry that has no canonical bytes. */
export class CanonicalEntryError extends Error {
  override readonly name = 'CanonicalEntryError';
}

function textBytes(name: string, text: string): number {
  // A lone surrogate would be written as U+FFFD: two entries would share bytes.
  if (!text.isWellFormed()) throw new CanonicalEntryError(`${name} is not well-formed Unicode`);
  return shortBytes(name, Buffer.byteLength(text));
}

function shortBytes(name: string, length: number): number {
  if (length > MAX_SHORT_BYTES) throw new CanonicalEntryError(`${name} has ${String(length)} bytes`);
  return length;
}

/** Writes one field behind the other into a buffer of exactly the right size. */
class Writer {
  private at = 0;

  constructor(readonly bytes: Buffer) {}

  u8(value: number): void {
    this.at = this.bytes.writeUInt8(value, this.at);
  }

  u64(value: bigint): void {
    this.at = this.bytes.writeBigUInt64BE(value, this.at);
  }

  text(text: string, length: number): void {
    this.at = this.bytes.writeUInt16BE(length, this.at);
    this.at += this.bytes.write(text, this.at, length);
  }

  short(bytes: Uint8Array): void {
    this.at = this.bytes.writeUInt16BE(bytes.length, this.at);
    this.raw(bytes);
  }

  long(bytes: Uint8Array): void {
    this.at = this.bytes.writeUInt32BE(bytes.length, this.at);
    this.raw(bytes);
  }

  private raw(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }
}

/**
 * The canonical bytes of an entry. Throws CanonicalEntryError when a text is not well-formed Unicode or a field
 * is longer than its prefix can say, RangeError when a number is negative or beyond 64 bits.
 */
export function canonicalEntry(entry: CanonicalEntry): Buffer {
  const { logName, commandId, fingerprint, streamId, kind, payload } = entry;
  const logNameBytes = textBytes('log name', logName);
  const commandIdBytes = textBytes('command id', commandId);
  const fingerprintBytes = shortBytes('fingerprint', fingerprint.length);
  const streamIdBytes = streamId === null ? 0 : textBytes('stream id', streamId);
  const kindBytes = textBytes('kind', kind);
  if (payload.length > MAX_PAYLOAD_BYTES) {
    throw new CanonicalEntryError(`payload has ${String(payload.length)} bytes`);
  }
  const texts = logNameBytes + commandIdBytes + kindBytes + (streamId === null ? 0 : U16 + streamIdBytes);
  const out = new Writer(Buffer.allocUnsafe(FIXED_BYTES + texts + fingerprintBytes + payload.length));
  out.u8(ENTRY_FORMAT);
  out.text(logName, logNameBytes);
  out.u64(entry.position);
  out.text(commandId, commandIdBytes);
  out.short(fingerprint);
  out.u8(streamId === null ? 0 : 1);
  if (streamId !== null) out.text(streamId, streamIdBytes);
  out.u64(entry.streamVersion);
  out.text(kind, kindBytes);
  out.u64(entry.recordedAtUs);
  out.long(payload);
  return out.bytes;
}
