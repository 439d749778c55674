import { CanonicalEntryError, ENTRY_FORMAT, type CanonicalEntry } from './canonical-entry';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Takes one field behind the other and refuses to read past the end. */
class Reader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  u8(): number {
    return this.take(1).readUInt8();
  }

  u64(): bigint {
    return this.take(8).readBigUInt64BE();
  }

  text(): string {
    try {
      return utf8.decode(this.short());
    } catch (error) {
      if (error instanceof CanonicalEntryError) throw error;
      throw new CanonicalEntryError('a text is not UTF-8', { cause: error });
    }
  }

  short(): Buffer {
    return this.take(this.take(2).readUInt16BE());
  }

  long(): Buffer {
    return this.take(this.take(4).readUInt32BE());
  }

  end(): void {
    const left = this.bytes.length - this.at;
    if (left !== 0) throw new CanonicalEntryError(`${String(left)} bytes behind the entry`);
  }

  private take(length: number): Buffer {
    const end = this.at + length;
    if (end > this.bytes.length) throw new CanonicalEntryError('the entry is cut off');
    const part = this.bytes.subarray(this.at, end);
    this.at = end;
    return part;
  }
}

function flag(value: number): boolean {
  if (value > 1) throw new CanonicalEntryError(`a flag of ${String(value)}`);
  return value === 1;
}

/**
 * The entry that `canonicalEntry` wrote. Throws CanonicalEntryError for everything that it would not have written,
 * so that encoding the answer gives the same bytes. Fingerprint and payload are views on `bytes`.
 */
export function decodeEntry(bytes: Buffer): CanonicalEntry {
  const from = new Reader(bytes);
  const format = from.u8();
  if (format !== ENTRY_FORMAT) throw new CanonicalEntryError(`unknown format ${String(format)}`);
  const entry = {
    logName: from.text(),
    position: from.u64(),
    commandId: from.text(),
    fingerprint: from.short(),
    streamId: flag(from.u8()) ? from.text() : null,
    streamVersion: from.u64(),
    kind: from.text(),
    recordedAtUs: from.u64(),
    payload: from.long(),
  };
  from.end();
  return entry;
}
