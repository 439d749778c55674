import type { Lot, LotKey } from './lot';
import type { PendingAward, Reversed, ReversedKey, Twin } from './pending';
import type { Packing } from './tree/pages';
import type { WireReader } from './wire/reader';
import type { WireWriter } from './wire/writer';

/** Writes how many there are, and each. */
export function writeList<T>(items: readonly T[], writer: WireWriter, write: (item: T) => void): void {
  writer.uint32(items.length);
  for (const item of items) write(item);
}

export function readList<T>(reader: WireReader, read: () => T): T[] {
  const size = reader.uint32();
  const items: T[] = [];
  for (let index = 0; index < size; index += 1) items.push(read());
  return items;
}

function writeLotKey({ id, priority, expiresAtUs }: LotKey, writer: WireWriter): void {
  writer.text(id);
  writer.int64(BigInt(priority));
  writer.int64(expiresAtUs);
}

function readLotKey(reader: WireReader): LotKey {
  return { id: reader.text(), priority: reader.int32(), expiresAtUs: reader.int64() };
}

export function writeLot(lot: Lot, writer: WireWriter): void {
  writeLotKey(lot, writer);
  writer.text(lot.asset);
  writer.text(lot.origin);
  writer.text(lot.restriction);
  writer.int64(lot.original);
  writer.int64(lot.remaining);
  writer.uint32(lot.warned);
}

export function readLot(reader: WireReader): Lot {
  const { id, priority, expiresAtUs } = readLotKey(reader);
  const asset = reader.text();
  const origin = reader.text();
  const restriction = reader.text();
  const original = reader.int64();
  const remaining = reader.int64();
  return {
    id,
    priority,
    expiresAtUs,
    asset,
    origin,
    restriction,
    original,
    remaining,
    warned: reader.uint32(),
  };
}

export const LOT_PACKING: Packing<LotKey, Lot> = {
  writeKey: writeLotKey,
  readKey: readLotKey,
  writeItem: writeLot,
  readItem: readLot,
};

export const PENDING_PACKING: Packing<{ readonly lotId: string }, PendingAward> = {
  writeKey: ({ lotId }, writer) => {
    writer.text(lotId);
  },
  readKey: (reader) => ({ lotId: reader.text() }),
  writeItem: (award, writer) => {
    writer.text(award.lotId);
    writer.text(award.asset);
    writer.int64(award.amount);
    writer.text(award.origin);
    writer.text(award.source);
    writer.int64(award.maturesAtUs);
    writer.int64(award.expiresAtUs);
    writer.text(award.restriction);
    writer.int64(BigInt(award.priority));
    writeList(award.twins, writer, ({ asset, expiresAtUs }) => {
      writer.text(asset);
      writer.int64(expiresAtUs);
    });
    writer.text(award.riskHoldId);
  },
  readItem: (reader) => ({
    lotId: reader.text(),
    asset: reader.text(),
    amount: reader.int64(),
    origin: reader.text(),
    source: reader.text(),
    maturesAtUs: reader.int64(),
    expiresAtUs: reader.int64(),
    restriction: reader.text(),
    priority: reader.int32(),
    twins: readList(reader, (): Twin => ({ asset: reader.text(), expiresAtUs: reader.int64() })),
    riskHoldId: reader.text(),
  }),
};

function writeReversedKey({ position, part }: ReversedKey, writer: WireWriter): void {
  writer.int64(position);
  writer.text(part);
}

export const REVERSED_PACKING: Packing<ReversedKey, Reversed> = {
  writeKey: writeReversedKey,
  readKey: (reader) => ({ position: reader.int64(), part: reader.text() }),
  writeItem: (reversed, writer) => {
    writeReversedKey(reversed, writer);
    writer.int64(reversed.amount);
  },
  readItem: (reader) => ({ position: reader.int64(), part: reader.text(), amount: reader.int64() }),
};
