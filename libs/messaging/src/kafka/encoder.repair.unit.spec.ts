import Encoder from 'kafkajs/src/protocol/encoder';
import { repairEncoder } from './encoder.repair';

/** Every size around the first buffer and the doublings after it, and values that do not fit at once. */
const LENGTHS = [0, 1, 62, 63, 64, 65, 127, 128, 129, 510, 511, 512, 513, 5_000];

function encoded(): readonly string[] {
  return LENGTHS.map((length) => {
    const encoder = new Encoder()
      .writeVarIntBytes(Buffer.alloc(length, 7))
      .writeVarIntString('é'.repeat(length));
    for (let count = 0; count < length; count++) encoder.writeInt8(count % 100);
    return encoder.buffer.toString('hex');
  });
}

describe("the client's encoder", () => {
  it('writes the same bytes as before, from a smaller start', () => {
    const before = encoded();
    const firstBytes = new Encoder().buf.length;
    repairEncoder();
    expect(encoded()).toEqual(before);
    expect(new Encoder().buf.length).toBeLessThan(firstBytes);
  });
});
