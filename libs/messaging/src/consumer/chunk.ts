import type { KafkaMessage } from 'kafkajs';
import { decodeHeaders } from '../headers';
import type { IncomingMessage } from '../ports';

/** A record as the port shows it: header and key as text, the value's bytes untouched. */
export function toIncoming(topic: string, partition: number, record: KafkaMessage): IncomingMessage {
  return {
    topic,
    partition,
    offset: BigInt(record.offset),
    key: record.key?.toString() ?? null,
    value: record.value,
    headers: decodeHeaders(record.headers),
    timestampMs: Number(record.timestamp),
  };
}

/** The records from `next` on, in pieces of at most `size`. */
export function chunksFrom<T extends { readonly offset: string }>(
  records: readonly T[],
  next: bigint,
  size: number,
): readonly (readonly T[])[] {
  const fresh = records.filter(({ offset }) => BigInt(offset) >= next);
  const chunks: T[][] = [];
  for (let at = 0; at < fresh.length; at += size) chunks.push(fresh.slice(at, at + size));
  return chunks;
}
