import { LogError } from '../errors';
import type { SqlClient } from '../ports';
import { readSql } from '../sql/read-sql';

/** Installs the function; part of the log's schema. */
export const ADVANCE_RELAY_SQL = readSql(__dirname, 'advance-relay.sql');

/** Moves a relay's cursor from one position to another. */
export interface RelayMove {
  readonly epoch: bigint;
  readonly name: string;
  readonly from: bigint;
  readonly to: bigint;
}

/** `fenced`: a newer epoch owns the log. `moved`: the cursor does not stand at `from`. */
export type RelayAdvance = 'advanced' | 'fenced' | 'moved';

/** Remembers that everything up to `move.to` stands on the topics. */
export async function advanceRelay(sql: SqlClient, move: RelayMove): Promise<RelayAdvance> {
  const { rows } = await sql.query<{ answer: string }>('select advance_relay($1, $2, $3, $4) as answer', [
    move.epoch,
    move.name,
    move.from,
    move.to,
  ]);
  const answer = rows[0]?.answer;
  if (answer === 'advanced' || answer === 'fenced' || answer === 'moved') return answer;
  throw new LogError('KUDA-LOG-1012', `advance_relay answered ${String(answer)}`);
}

/** The last position that a relay has published; 0 before the first. */
export async function relayPosition(sql: SqlClient, name: string): Promise<bigint> {
  const { rows } = await sql.query<{ position: bigint }>(
    'select position from relay_cursor where name = $1',
    [name],
  );
  return rows[0]?.position ?? 0n;
}
