import { LogError } from '../errors';

/**
 * A segment: one full partition of a log as a file that needs no database to be checked. Big-endian integers:
 *
 *   8 bytes 'KUDASEG1' · bytes16 log name · u64 first position · u64 last position ·
 *   bytes16 frontier before · bytes16 frontier after ·
 *   for each entry: bytes32 canonical bytes · 32 bytes leaf hash · bytes16 trace context (empty: none) ·
 *   8 bytes 'KUDAEND1' · 32 bytes SHA-256 of everything before them
 *
 * where bytes16 and bytes32 are bytes behind their length in a u16 and a u32. The canonical bytes and the frontiers are
 * those of @kuda/transparency-log; the trace context is not covered by the leaf.
 */
export const SEGMENT_MAGIC = Buffer.from('KUDASEG1');
export const SEGMENT_END = Buffer.from('KUDAEND1');
export const SHA256_BYTES = 32;

const U16 = 2;
const U32 = 4;

/** What a segment holds. */
export interface SegmentHeader {
  readonly logName: string;
  readonly firstPosition: bigint;
  readonly lastPosition: bigint;
  /** The Merkle tree's right edge before the first and behind the last entry, packed. */
  readonly frontierBefore: Buffer;
  readonly frontierAfter: Buffer;
}

/** One entry of a segment, as bytes. */
export interface SegmentRecord {
  readonly canonical: Buffer;
  readonly leafHash: Buffer;
  readonly traceparent: string | null;
}

/** A file that is not a whole segment. */
export function brokenSegment(detail: string): LogError {
  return new LogError('KUDA-LOG-1018', detail);
}

function short(bytes: Buffer): Buffer {
  const length = Buffer.alloc(U16);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

export function encodeHeader(header: SegmentHeader): Buffer {
  return Buffer.concat([
    SEGMENT_MAGIC,
    short(Buffer.from(header.logName)),
    u64(header.firstPosition),
    u64(header.lastPosition),
    short(header.frontierBefore),
    short(header.frontierAfter),
  ]);
}

export function encodeRecord({ canonical, leafHash, traceparent }: SegmentRecord): Buffer {
  const trace = Buffer.from(traceparent ?? '');
  const bytes = Buffer.allocUnsafe(U32 + canonical.length + SHA256_BYTES + U16 + trace.length);
  let at = bytes.writeUInt32BE(canonical.length, 0);
  at += canonical.copy(bytes, at);
  at += leafHash.copy(bytes, at);
  at = bytes.writeUInt16BE(trace.length, at);
  trace.copy(bytes, at);
  return bytes;
}
