const BITS_7 = 0x80;
const TWO_28 = 268_435_456;
/** Parts of seven bits that are safe to sum as numbers: 49 bits. */
const SAFE_PARTS = 7;
const SHORT_TEXT = 32;

/** Reads the protobuf wire format; `end` is where the message at hand ends. */
export class WireReader {
  at = 0;
  end: number;
  private readonly buffer: Buffer;

  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.length;
  }

  /** A number below 2^53: tags, lengths, counts, small enums. */
  uint32(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < BITS_7) return value;
      factor *= BITS_7;
    }
  }

  int32(): number {
    return Number(BigInt.asIntN(32, this.int64()));
  }

  int64(): bigint {
    let value = 0;
    let factor = 1;
    for (let part = 0; part < SAFE_PARTS; part += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < BITS_7) return BigInt(value);
      factor *= BITS_7;
    }
    let high = 0;
    let shift = 1;
    for (;;) {
      const byte = this.byte();
      high += (byte & 0x7f) * shift;
      if (byte < BITS_7) break;
      shift *= BITS_7;
    }
    return BigInt.asIntN(64, BigInt(value) + (BigInt(high) << 49n));
  }

  text(): string {
    const length = this.uint32();
    const start = this.skipBytes(length);
    if (length > SHORT_TEXT) return this.buffer.toString('utf8', start, this.at);
    let text = '';
    for (let index = start; index < this.at; index += 1) {
      const code = this.buffer[index] ?? 0;
      if (code >= BITS_7) return this.buffer.toString('utf8', start, this.at);
      text += String.fromCharCode(code);
    }
    return text;
  }

  /** A copy, so that it does not keep the whole record alive. */
  bytes(): Uint8Array {
    const start = this.skipBytes(this.uint32());
    return Uint8Array.prototype.slice.call(this.buffer, start, this.at);
  }

  /** Reads a message behind its length. */
  nested<T>(read: (reader: WireReader) => T): T {
    const length = this.uint32();
    const outer = this.end;
    const inner = this.at + length;
    if (inner > outer) throw new RangeError('a message ends behind what holds it');
    this.end = inner;
    const value = read(this);
    this.at = inner;
    this.end = outer;
    return value;
  }

  /** Skips the value of a field that this reader does not know. */
  skip(wireType: number): void {
    if (wireType === 0) this.int64();
    else if (wireType === 1) this.skipBytes(8);
    else if (wireType === 2) this.skipBytes(this.uint32());
    else if (wireType === 5) this.skipBytes(4);
    else throw new RangeError(`wire type ${wireType}`);
  }

  private byte(): number {
    const byte = this.buffer[this.at++];
    if (byte === undefined || this.at > this.end) throw new RangeError('the message ends within a value');
    return byte;
  }

  private skipBytes(length: number): number {
    const start = this.at;
    this.at += length;
    if (length > TWO_28 || this.at > this.end) throw new RangeError('a value ends behind its message');
    return start;
  }
}
