import { LogError } from '../errors';
import type { SqlClient } from '../ports';
import { readSql } from '../sql/read-sql';

/** Installs the function; part of the log's schema. */
export const ACQUIRE_EPOCH_SQL = readSql(__dirname, 'acquire-epoch.sql');

/** Where the log stands; `epoch` is the fencing token of whoever writes it. */
export interface LogHead {
  readonly epoch: bigint;
  readonly position: bigint;
  readonly recordedAtUs: bigint;
}

interface Row {
  readonly at_epoch: bigint;
  readonly at_position: bigint;
  readonly at_recorded_at_us: bigint;
}

/** Takes the log over: from here on every earlier owner's append answers `fenced`. */
export async function acquireEpoch(sql: SqlClient, owner: string): Promise<LogHead> {
  const { rows } = await sql.query<Row>('select * from acquire_epoch($1)', [owner]);
  const [row] = rows;
  if (row === undefined) throw new LogError('KUDA-LOG-1012', 'the log has no head row');
  return { epoch: row.at_epoch, position: row.at_position, recordedAtUs: row.at_recorded_at_us };
}
