import { TRACEPARENT_HEADER } from '@kuda/tracing';
import type { StoredEntry } from '../ports';
import { POSITION_HEADER, type ToRecords } from './ports';
import type { PositionedRecord } from './published-tails';

/**
 * One publish call carries at most this much, well below a broker's default limit of 1 MiB a batch and
 * partition.
 */
export const MAX_PUBLISH_BYTES = 512 * 1024;

export interface BatchMapping {
  readonly toRecords: ToRecords;
  /** Topics of which only the last record per key and batch is worth publishing. */
  readonly compactedTopics: ReadonlySet<string>;
  /** For each entry, the trace context to hand on. */
  readonly traceparents: readonly (string | null)[];
}

/** The records of a batch of entries, in log order, marked with their position. */
export function recordsOf(
  entries: readonly StoredEntry[],
  mapping: BatchMapping,
): readonly PositionedRecord[] {
  const records = entries.flatMap((entry, index) => {
    const position = entry.position;
    const traceparent = mapping.traceparents[index] ?? null;
    const marks = {
      [POSITION_HEADER]: position.toString(),
      ...(traceparent === null ? {} : { [TRACEPARENT_HEADER]: traceparent }),
    };
    return mapping
      .toRecords(entry)
      .map((record) => ({ position, record: { ...record, headers: { ...record.headers, ...marks } } }));
  });
  if (mapping.compactedTopics.size === 0) return records;
  const last = new Map<string, PositionedRecord>();
  const slot = ({ record }: PositionedRecord): string => `${record.topic}\n${record.key}`;
  for (const positioned of records) last.set(slot(positioned), positioned);
  return records.filter(
    (positioned) =>
      !mapping.compactedTopics.has(positioned.record.topic) || last.get(slot(positioned)) === positioned,
  );
}

function sizeOf({ record }: PositionedRecord): number {
  const headers = Object.entries(record.headers).reduce(
    (sum, [name, value]) => sum + name.length + value.length,
    0,
  );
  return record.key.length + (record.value?.length ?? 0) + headers;
}

/** Cuts a batch into publish calls by size, never between the records of one entry. */
export function chunksOf(records: readonly PositionedRecord[]): readonly (readonly PositionedRecord[])[] {
  const chunks: PositionedRecord[][] = [];
  let bytes = Infinity;
  let last = -1n;
  for (const positioned of records) {
    if (bytes > MAX_PUBLISH_BYTES && positioned.position !== last) {
      chunks.push([]);
      bytes = 0;
    }
    chunks.at(-1)?.push(positioned);
    bytes += sizeOf(positioned);
    last = positioned.position;
  }
  return chunks;
}
