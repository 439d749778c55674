import { decodeEntry, Frontier, leafHash, type CanonicalEntry } from '@kuda/transparency-log';
import { messageOf } from '../errors';
import { SegmentFile } from './segment-file';
import {
  brokenSegment,
  SEGMENT_END,
  SEGMENT_MAGIC,
  SHA256_BYTES,
  type SegmentHeader,
  type SegmentRecord,
} from './segment-format';

/** One entry of a segment, checked. */
export interface SegmentEntry extends SegmentRecord {
  readonly entry: CanonicalEntry;
}

/** What a segment was found to be once all of it has been read. */
export interface SegmentSummary extends SegmentHeader {
  /** The file's SHA-256 up to its trailer, which names it. */
  readonly sha256: Buffer;
}

async function headerOf(file: SegmentFile): Promise<SegmentHeader> {
  if (!(await file.take(SEGMENT_MAGIC.length)).equals(SEGMENT_MAGIC)) throw brokenSegment('not a segment');
  return {
    logName: (await file.short()).toString('utf8'),
    firstPosition: await file.u64(),
    lastPosition: await file.u64(),
    // Copies: a buffer's part would keep its chunk in memory.
    frontierBefore: Buffer.from(await file.short()),
    frontierAfter: Buffer.from(await file.short()),
  };
}

/** Leaf and entry agree, and the entry is the one that stands at this position of this log. */
function check(record: SegmentRecord, position: bigint, logName: string): CanonicalEntry {
  const at = `position ${position.toString()}`;
  if (!leafHash(record.canonical).equals(record.leafHash)) throw brokenSegment(`${at}: not the leaf's bytes`);
  let entry: CanonicalEntry;
  try {
    entry = decodeEntry(record.canonical);
  } catch (error) {
    throw brokenSegment(`${at}: ${messageOf(error)}`);
  }
  if (entry.position !== position || entry.logName !== logName) {
    throw brokenSegment(`${at}: entry ${entry.position.toString()} of ${entry.logName}`);
  }
  return entry;
}

async function trailer(file: SegmentFile): Promise<Buffer> {
  if (!(await file.take(SEGMENT_END.length)).equals(SEGMENT_END)) throw brokenSegment('no trailer');
  const sha256 = file.digest();
  if (!(await file.take(SHA256_BYTES)).equals(sha256)) throw brokenSegment('another SHA-256');
  await file.end();
  return sha256;
}

/**
 * Reads a segment entry by entry, in bounded memory, and answers its summary at the end. Everything is checked: each
 * leaf over its bytes, positions without a gap, the frontier from before to after, the SHA-256 of the whole.
 * @throws LogError KUDA-LOG-1018 naming the first position that does not fit
 */
export async function* readSegment(path: string): AsyncGenerator<SegmentEntry, SegmentSummary> {
  const file = await SegmentFile.open(path);
  try {
    const header = await headerOf(file);
    const frontier = Frontier.fromBytes(header.frontierBefore);
    for (let position = header.firstPosition; position <= header.lastPosition; position += 1n) {
      const canonical = await file.long();
      const leaf = await file.take(SHA256_BYTES);
      const trace = await file.short();
      const traceparent = trace.length === 0 ? null : trace.toString('utf8');
      const record = { canonical, leafHash: leaf, traceparent };
      frontier.append(leaf);
      yield { ...record, entry: check(record, position, header.logName) };
    }
    if (!frontier.toBytes().equals(header.frontierAfter)) throw brokenSegment('another frontier at the end');
    return { ...header, sha256: await trailer(file) };
  } finally {
    await file.close();
  }
}

/** Reads a segment to its end for what it is worth. @throws LogError KUDA-LOG-1018 as `readSegment` */
export async function verifySegment(path: string): Promise<SegmentSummary> {
  const entries = readSegment(path);
  for (;;) {
    const next = await entries.next();
    if (next.done === true) return next.value;
  }
}
