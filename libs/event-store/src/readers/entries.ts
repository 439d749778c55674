import type { SqlClient, StoredEntry } from '../ports';

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
     order by e.stream_version limit $3`,
    [streamId, page.after, bounded(page.limit)],
  );
  return rows;
}

/** Entries of one kind in log order; `page.after` is a position. */
export async function entriesByKind(
  sql: SqlClient,
  kind: string,
  page: Page,
): Promise<readonly StoredEntry[]> {
  const { rows } = await sql.query<StoredEntry>(
    `select ${ENTRY_COLUMNS} from log_entry e where e.kind = $1 and e.position > $2 order by e.position limit $3`,
    [kind, page.after, bounded(page.limit)],
  );
  return rows;
}

/** How many entries there are of each kind. */
export async function countByKind(sql: SqlClient): Promise<ReadonlyMap<string, bigint>> {
  const { rows } = await sql.query<{ kind: string; count: bigint }>(
    'select kind, count(*) as count from log_entry group by kind',
  );
  return new Map(rows.map((row) => [row.kind, row.count]));
}

/** The first outcomes of those of the commands that have one. */
export async function firstOutcomes(
  sql: SqlClient,
  commandIds: readonly string[],
): Promise<ReadonlyMap<string, StoredEntry>> {
  if (commandIds.length === 0) return new Map();
  const { rows } = await sql.query<StoredEntry>(
    `select ${ENTRY_COLUMNS} from log_command c join log_entry e on e.position = c.position
      where c.command_id = any ($1)`,
    [commandIds],
  );
  return new Map(rows.map((entry) => [entry.commandId, entry]));
}

/** The entry that a command made, or null while it has none. */
export async function firstOutcome(sql: SqlClient, commandId: string): Promise<StoredEntry | null> {
  return (await firstOutcomes(sql, [commandId])).get(commandId) ?? null;
}
