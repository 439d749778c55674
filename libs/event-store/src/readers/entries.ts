import { LogError } from '../errors';
import type { SqlClient, StoredEntry } from '../ports';
import { textArray } from '../sql/binary-array';
import { prepared } from '../sql/prepared';
import { refuseDetached } from './kept-range';
import { readSql } from '../sql/read-sql';

/** Installs the function; part of the log's schema. */
export const FIRST_OUTCOMES_SQL = readSql(__dirname, 'first-outcomes.sql');

/** The most entries one read returns. */
export const MAX_READ_ENTRIES = 1_000;

/** Of `log_entry e`, as a StoredEntry. */
export const ENTRY_COLUMNS = `e.position, e.command_id as "commandId", e.fingerprint, e.stream_id as "streamId",
  e.stream_version as "streamVersion", e.kind, e.payload, e.traceparent, e.recorded_at_us as "recordedAtUs"`;

/** A page: entries after `after` (exclusive), at most `limit` and never more than MAX_READ_ENTRIES. */
export interface Page {
  readonly after: bigint;
  readonly limit: number;
}

function bounded(limit: number): number {
  return Math.min(Math.max(limit, 0), MAX_READ_ENTRIES);
}

/**
 * Entries in log order. Commits are serial under the head row's lock, so what is seen is always a whole
 * prefix.
 */
export async function readEntries(sql: SqlClient, page: Page): Promise<readonly StoredEntry[]> {
  const { rows } = await sql.query<StoredEntry>(
    `select ${ENTRY_COLUMNS} from log_entry e where e.position > $1 order by e.position limit $2`,
    [page.after, bounded(page.limit)],
  );
  const [first] = rows;
  if (first !== undefined && first.position > page.after + 1n) {
    await refuseDetached(sql, 'entries', page.after + 1n);
  }
  return rows;
}

/** Entries of one stream in order; `page.after` is a stream version. */
export async function readStream(
  sql: SqlClient,
  streamId: string,
  page: Page,
): Promise<readonly StoredEntry[]> {
  const { rows } = await sql.query<StoredEntry>(
    `select ${ENTRY_COLUMNS} from log_entry e where e.stream_id = $1 and e.stream_version > $2
     order by e.position limit $3`,
    [streamId, page.after, bounded(page.limit)],
  );
  const [first] = rows;
  // A first version that is missing, or nothing at all: nothing was written, or it stands in a segment file.
  if (first?.streamVersion !== page.after + 1n && (await versionOf(sql, streamId)) > page.after) {
    await refuseDetached(sql, streamId, 0n);
  }
  return rows;
}

async function versionOf(sql: SqlClient, streamId: string): Promise<bigint> {
  const { rows } = await sql.query<{ version: bigint }>(
    'select version from stream_state where stream_id = $1',
    [streamId],
  );
  return rows[0]?.version ?? 0n;
}

/**
 * Entries of one kind in log order; `page.after` is a position. No index stands behind it: it reads past the entries
 * of other kinds.
 */
export async function entriesByKind(
  sql: SqlClient,
  kind: string,
  page: Page,
): Promise<readonly StoredEntry[]> {
  const { rows } = await sql.query<StoredEntry>(
    `select ${ENTRY_COLUMNS} from log_entry e where e.kind = $1 and e.position > $2 order by e.position limit $3`,
    [kind, page.after, bounded(page.limit)],
  );
  await refuseDetached(sql, kind, page.after + 1n);
  return rows;
}

/** How many entries there are of each kind. */
export async function countByKind(sql: SqlClient): Promise<ReadonlyMap<string, bigint>> {
  const { rows } = await sql.query<{ kind: string; count: bigint }>(
    'select kind, count(*) as count from log_entry group by kind',
  );
  return new Map(rows.map((row) => [row.kind, row.count]));
}

interface OutcomeRow extends Omit<StoredEntry, 'position'> {
  readonly known_id: string;
  readonly known_position: bigint;
  /** Null when the entry stands in a segment file. */
  readonly position: bigint | null;
}

const OUTCOMES = prepared(
  'first_outcomes',
  `select known_id, known_position, position, "commandId", fingerprint, "streamId", "streamVersion", kind, payload,
          traceparent, "recordedAtUs" from first_outcomes($1)`,
);

function outcomeOf({ known_id, known_position, position, ...entry }: OutcomeRow): StoredEntry {
  if (position !== null) return { ...entry, position };
  const detail = `${known_id} has its outcome at ${known_position.toString()}, in a detached partition`;
  throw new LogError('KUDA-LOG-1017', detail);
}

/** The first outcomes of those of the commands that have one. */
export async function firstOutcomes(
  sql: SqlClient,
  commandIds: readonly string[],
): Promise<ReadonlyMap<string, StoredEntry>> {
  if (commandIds.length === 0) return new Map();
  const { rows } = await sql.query<OutcomeRow>(OUTCOMES, [textArray([...new Set(commandIds)])]);
  return new Map(rows.map((row) => [row.known_id, outcomeOf(row)]));
}

/** The entry that a command made, or null while it has none. */
export async function firstOutcome(sql: SqlClient, commandId: string): Promise<StoredEntry | null> {
  return (await firstOutcomes(sql, [commandId])).get(commandId) ?? null;
}
