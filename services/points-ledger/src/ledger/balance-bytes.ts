import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/**
 * Members of `LedgerRecord` that `UserBalance` repeats under other numbers: user_id, position, account_version,
 * recorded_at_us, balances and trust. Their encodings are the same, so that they are copied and not decoded: every entry
 * is asked for its balances, and of a batch only the last of each user is published.
 */
const MEMBERS: ReadonlyMap<number, number> = new Map([
  [3, 1],
  [1, 2],
  [2, 3],
  [5, 4],
  [21, 5],
  [22, 6],
]);

/** `UserBalance.shard`. */
const SHARD_NO = 7;

/** The bytes of the `UserBalance` that a `LedgerRecord` of a shard implies. */
export function balanceBytes(record: Uint8Array, shard: number): Buffer {
  const reader = new BinaryReader(record);
  const writer = new BinaryWriter();
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const start = reader.pos;
    reader.skip(wireType, number);
    const target = MEMBERS.get(number);
    if (target !== undefined) writer.tag(target, wireType).raw(record.subarray(start, reader.pos));
  }
  if (shard !== 0) writer.tag(SHARD_NO, WireType.Varint).int32(shard);
  const bytes = writer.finish();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
