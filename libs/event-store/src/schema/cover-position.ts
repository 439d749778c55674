import { LogError } from '../errors';
import type { SqlClient } from '../ports';
import { readSql } from '../sql/read-sql';

/** Installs the function; part of the log's schema. */
export const COVER_POSITION_SQL = readSql(__dirname, 'cover-position.sql');

/** Entries that one partition of log_entry holds unless a log was created with another number: about 6 GB. */
export const LOG_PARTITION_ENTRIES = 10_000_000n;

/** Creates the partitions up to a position, at most two beyond the head; answers the last position covered. */
export async function coverPosition(sql: SqlClient, position: bigint): Promise<bigint> {
  const { rows } = await sql.query<{ covered: bigint }>('select cover_position($1) as covered', [position]);
  const [row] = rows;
  if (row === undefined) throw new LogError('KUDA-LOG-1012', 'cover_position did not answer');
  return row.covered;
}
