import type { ProjectionDefinition, SqlClient, StoredEntry } from '@kuda/event-store';
import { decodeRecord, type Recorded } from '@kuda/ledger-core';
import type { Calendar } from '@kuda/rules';

/** A record of the ledger with its kind, as a projection gets it. */
export interface ProjectedRecord extends Recorded {
  readonly kind: string;
}

/** What a projection is told besides the log: the same for all versions and shards. */
export interface ProjectionFacts {
  /** Whose days the reports count. */
  readonly calendar: Calendar;
  /** After which time influence counts half. */
  readonly influenceHalfLifeUs: bigint;
}

/** Where a batch of records goes: the tables of one version. */
export interface ProjectionTarget extends ProjectionFacts {
  readonly tx: SqlClient;
  readonly version: number;
}

/** A projection of the ledger: its tables as data, and how records change them. */
export interface LedgerProjection extends ProjectionDefinition {
  apply(target: ProjectionTarget, records: readonly ProjectedRecord[]): Promise<void>;
}

/** Records kept decoded: projections follow each other closely, so that each record is decoded about once. */
const MAX_CACHED_RECORDS = 2_000;

/** Decodes entries of one shard's log for all of its projections. */
export class RecordCache {
  private readonly records = new Map<bigint, ProjectedRecord>();

  read(entries: readonly StoredEntry[]): readonly ProjectedRecord[] {
    return entries.map((entry) => this.records.get(entry.position) ?? this.decode(entry));
  }

  private decode({ position, kind, payload }: StoredEntry): ProjectedRecord {
    const record = { ...decodeRecord(payload), kind };
    this.records.set(position, record);
    const [oldest] = this.records.keys();
    if (this.records.size > MAX_CACHED_RECORDS && oldest !== undefined) this.records.delete(oldest);
    return record;
  }
}

/** JSON knows no bigint: rows travel with amounts, positions and times as text. */
export type JsonRow = Readonly<Record<string, unknown>>;

/**
 * Runs a statement over rows given as one JSON text, far cheaper than an array per column: `$1` in it, `{v}` the
 * version. Nothing when there are no rows.
 */
export async function writeRows(
  { tx, version }: ProjectionTarget,
  sql: string,
  rows: readonly JsonRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const json = JSON.stringify(rows, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  await tx.query(sql.replaceAll('{v}', String(version)), [json]);
}
