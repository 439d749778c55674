import clientsOwn, { type WireRecord } from 'kafkajs/src/protocol/recordBatch/record/v0';
import { encodeRecord } from './record.repair';

const LENGTHS = [0, 1, 63, 64, 65, 127, 128, 8_191, 8_192, 70_000];

function variants(): readonly WireRecord[] {
  return LENGTHS.flatMap((length) => [
    { key: 'k'.repeat(length), value: Buffer.alloc(length, 7), offsetDelta: length },
    { key: 'é'.repeat(length), value: null, timestampDelta: length, headers: {} },
    { key: Buffer.alloc(length, 9), value: Buffer.alloc(3), headers: { ce_type: 'é'.repeat(length), b: '' } },
    { key: null, value: Buffer.alloc(0), headers: { ['h'.repeat(length + 1)]: '1', c: '2' } },
  ]);
}

describe("the encoder of a record in the client's place", () => {
  it('writes the same bytes', () => {
    const hex = (encode: typeof encodeRecord) =>
      variants().map((record) => encode(record).buffer.toString('hex'));
    expect(hex(encodeRecord)).toEqual(hex(clientsOwn));
  });
});
