const INITIAL_BYTES = 4096;
/** The longest varint of a 64-bit number. */
const MAX_VARINT_BYTES = 10;
/** Shorter texts are copied character by character: cheaper than a call into the runtime. */
const SHORT_TEXT = 40;
const BITS_7 = 0x80;
const TWO_32 = 4_294_967_296;

/** Writes the protobuf wire format into one buffer that is used again; `take` copies what was written. */
export class WireWriter {
  private buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  private at = 0;

  reset(): void {
    this.at = 0;
  }

  /** A copy of what was written since `reset`. */
  take(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.at));
  }

  uint32(value: number): void {
    this.need(MAX_VARINT_BYTES);
    this.varint(value);
  }

  /** A signed 64-bit number as int64 does it: two's complement. */
  int64(value: bigint): void {
    this.need(MAX_VARINT_BYTES);
    // Comparing numbers is several times cheaper than comparing bigints; what rounds lies beyond the bound either way.
    const number = Number(value);
    if (number >= 0 && number <= Number.MAX_SAFE_INTEGER) {
      this.varint(number);
      return;
    }
    const bits = BigInt.asUintN(64, value);
    let low = Number(bits & 0xffff_ffffn);
    let high = Number(bits >> 32n);
    while (high > 0 || low >= BITS_7) {
      this.buffer[this.at++] = (low & 0x7f) | BITS_7;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.buffer[this.at++] = low;
  }

  text(value: string): void {
    const { length } = value;
    if (length > SHORT_TEXT || !this.ascii(value, length)) this.utf8(value);
  }

  bytes(value: Uint8Array): void {
    this.need(value.length + MAX_VARINT_BYTES);
    this.varint(value.length);
    this.buffer.set(value, this.at);
    this.at += value.length;
  }

  /** What `write` writes, behind its length. */
  nested<T>(value: T, write: (value: T, writer: WireWriter) => void): void {
    this.need(1);
    const start = ++this.at;
    write(value, this);
    const length = this.at - start;
    if (length < BITS_7) {
      this.buffer[start - 1] = length;
      return;
    }
    this.need(MAX_VARINT_BYTES);
    const extra = varintBytes(length) - 1;
    this.buffer.copyWithin(start + extra, start, this.at);
    this.at = start - 1;
    this.varint(length);
    this.at += length;
  }

  private ascii(value: string, length: number): boolean {
    this.need(length + 1);
    const { buffer } = this;
    let at = this.at + 1;
    for (let index = 0; index < length; index += 1) {
      const code = value.charCodeAt(index);
      if (code >= BITS_7) return false;
      buffer[at++] = code;
    }
    buffer[this.at] = length;
    this.at = at;
    return true;
  }

  private utf8(value: string): void {
    const length = Buffer.byteLength(value);
    this.need(length + MAX_VARINT_BYTES);
    this.varint(length);
    this.at += this.buffer.write(value, this.at, length, 'utf8');
  }

  private varint(value: number): void {
    let rest = value;
    while (rest >= TWO_32) {
      this.buffer[this.at++] = (rest % BITS_7) | BITS_7;
      rest = Math.floor(rest / BITS_7);
    }
    while (rest >= BITS_7) {
      this.buffer[this.at++] = (rest & 0x7f) | BITS_7;
      rest >>>= 7;
    }
    this.buffer[this.at++] = rest;
  }

  private need(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.at + bytes));
    this.buffer.copy(grown, 0, 0, this.at);
    this.buffer = grown;
  }
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= BITS_7; rest = Math.floor(rest / BITS_7)) bytes += 1;
  return bytes;
}
