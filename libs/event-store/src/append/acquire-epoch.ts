import { LogError, messageOf } from '../errors';
import type { SqlClient } from '../ports';
import { readSql } from '../sql/read-sql';
import { raisedState } from '../sql/sql-state';

/** Installs the function; part of the log's schema. */
export const ACQUIRE_EPOCH_SQL = readSql(__dirname, 'acquire-epoch.sql');

/** The layout of the tables that this program reads and writes; another one is refused (KUDA-LOG-1016). */
export const LOG_LAYOUT = 2;

/** Where the log stands; `epoch` is the fencing token of whoever writes it. */
export interface LogHead {
  readonly epoch: bigint;
  readonly position: bigint;
  readonly recordedAtUs: bigint;
}

/** All that the writer needs to go on from the head. */
export interface WriterHead extends LogHead {
  /** The log's name: part of every leaf. */
  readonly name: string;
  /** The Merkle tree's right edge over all entries, packed. */
  readonly frontier: Buffer;
  /** The last position that a partition exists for, and the entries that one holds. */
  readonly coveredTo: bigint;
  readonly partitionEntries: bigint;
}

interface Row {
  readonly at_epoch: bigint;
  readonly at_position: bigint;
  readonly at_recorded_at_us: bigint;
  readonly log_name: string;
  readonly at_frontier: Buffer;
  readonly covered: bigint;
  readonly partition_size: bigint;
}

const OTHER_LAYOUT = new Set(['KU016', '42883', '42P01']);

/** Takes the log over: from here on every earlier owner's append answers `fenced`. */
export async function acquireEpoch(sql: SqlClient, owner: string): Promise<WriterHead> {
  const { rows } = await sql
    .query<Row>('select * from acquire_epoch($1, $2)', [owner, LOG_LAYOUT])
    .catch((error: unknown) => {
      const code = raisedState(error)?.code;
      if (code === undefined || !OTHER_LAYOUT.has(code)) throw error;
      throw new LogError('KUDA-LOG-1016', messageOf(error), { cause: error });
    });
  const [row] = rows;
  if (row === undefined) throw new LogError('KUDA-LOG-1012', 'the log has no head row');
  return {
    epoch: row.at_epoch,
    position: row.at_position,
    recordedAtUs: row.at_recorded_at_us,
    name: row.log_name,
    frontier: row.at_frontier,
    coveredTo: row.covered,
    partitionEntries: row.partition_size,
  };
}

/** The head as the writer needs it after a doubt; takes nothing over. */
export async function readWriterHead(sql: SqlClient): Promise<WriterHead> {
  const { rows } = await sql.query<WriterHead>(
    `select epoch, position, recorded_at_us as "recordedAtUs", name, frontier, covered_to as "coveredTo",
            partition_entries as "partitionEntries" from log_head`,
  );
  const [head] = rows;
  if (head === undefined) throw new LogError('KUDA-LOG-1012', 'the log has no head row');
  return head;
}
