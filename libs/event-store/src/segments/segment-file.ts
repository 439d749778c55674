import { createHash, type Hash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { brokenSegment } from './segment-format';

/** Read at once from the file. */
const CHUNK_BYTES = 256 * 1024;
/** The longest field of a segment: far beyond any entry, so that a damaged length does not fill the memory. */
const MAX_FIELD_BYTES = 64 * 1024 * 1024;

/** Reads a file's fields one behind the other in bounded memory, hashing what it has handed out. */
export class SegmentFile {
  private readonly hash: Hash = createHash('sha256');
  private buffered = Buffer.alloc(0);

  private constructor(private readonly file: FileHandle) {}

  static async open(path: string): Promise<SegmentFile> {
    return new SegmentFile(await open(path, 'r'));
  }

  close(): Promise<void> {
    return this.file.close();
  }

  /** SHA-256 of everything handed out so far. */
  digest(): Buffer {
    return this.hash.copy().digest();
  }

  async take(length: number): Promise<Buffer> {
    if (length > MAX_FIELD_BYTES) throw brokenSegment(`a field of ${String(length)} bytes`);
    while (this.buffered.length < length) {
      const chunk = Buffer.allocUnsafe(Math.max(CHUNK_BYTES, length - this.buffered.length));
      const { bytesRead } = await this.file.read(chunk, 0, chunk.length);
      if (bytesRead === 0) throw brokenSegment('the file is cut off');
      this.buffered = Buffer.concat([this.buffered, chunk.subarray(0, bytesRead)]);
    }
    const bytes = this.buffered.subarray(0, length);
    this.buffered = this.buffered.subarray(length);
    this.hash.update(bytes);
    return bytes;
  }

  async u64(): Promise<bigint> {
    return (await this.take(8)).readBigUInt64BE();
  }

  /** Bytes behind their length in a u16. */
  async short(): Promise<Buffer> {
    return this.take((await this.take(2)).readUInt16BE());
  }

  /** Bytes behind their length in a u32. */
  async long(): Promise<Buffer> {
    return this.take((await this.take(4)).readUInt32BE());
  }

  /** Refuses bytes behind the end. */
  async end(): Promise<void> {
    const { bytesRead } = await this.file.read(Buffer.alloc(1), 0, 1);
    if (this.buffered.length + bytesRead > 0) throw brokenSegment('bytes behind the end');
  }
}
