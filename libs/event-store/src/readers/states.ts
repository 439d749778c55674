import type { LogHead } from '../append/acquire-epoch';
import { LogError } from '../errors';
import type { SqlClient, StreamState } from '../ports';
import { textArray } from '../sql/binary-array';
import { prepared } from '../sql/prepared';
import { readSql } from '../sql/read-sql';

/** Installs the function; part of the log's schema. */
export const STREAM_STATES_SQL = readSql(__dirname, 'stream-states.sql');

const HEAD = prepared('head', 'select epoch, position, recorded_at_us as "recordedAtUs" from log_head');

const STATES = prepared(
  'stream_states',
  `select "streamId", version, position, state, "dueAtUs", "pageNos", "pageBytes" from stream_states($1)`,
);

interface StateRow extends Omit<StreamState, 'pages'> {
  readonly pageNos: readonly number[] | null;
  readonly pageBytes: readonly Buffer[] | null;
}

const NO_PAGES: ReadonlyMap<number, Buffer> = new Map();

function stateOf({ pageNos, pageBytes, ...row }: StateRow): StreamState {
  if (pageNos === null || pageBytes === null) return { ...row, pages: NO_PAGES };
  const pages = new Map(
    pageNos.flatMap((pageNo, index) => {
      const bytes = pageBytes[index];
      return bytes === undefined ? [] : [[pageNo, bytes] as const];
    }),
  );
  return { ...row, pages };
}

/** Where the log stands. */
export async function readHead(sql: SqlClient): Promise<LogHead> {
  const { rows } = await sql.query<LogHead>(HEAD);
  const [head] = rows;
  if (head === undefined) throw new LogError('KUDA-LOG-1012', 'the log has no head row');
  return head;
}

/** The packed states, pages included, of those of the streams that have an entry; one query. */
export async function loadStreamStates(
  sql: SqlClient,
  streamIds: readonly string[],
): Promise<ReadonlyMap<string, StreamState>> {
  if (streamIds.length === 0) return new Map();
  const { rows } = await sql.query<StateRow>(STATES, [textArray([...new Set(streamIds)])]);
  return new Map(rows.map((row) => [row.streamId, stateOf(row)]));
}

/**
 * The packed state of one stream as last committed, or null when it has no entry. Never lags behind the log.
 */
export async function loadStreamState(sql: SqlClient, streamId: string): Promise<StreamState | null> {
  return (await loadStreamStates(sql, [streamId])).get(streamId) ?? null;
}

/** Streams that want attention at `nowUs`, longest overdue first. */
export async function dueStreams(sql: SqlClient, nowUs: bigint, limit: number): Promise<readonly string[]> {
  const { rows } = await sql.query<{ streamId: string }>(
    'select stream_id as "streamId" from stream_state where due_at_us <= $1 order by due_at_us limit $2',
    [nowUs, limit],
  );
  return rows.map((row) => row.streamId);
}

/** The log's totals by key. */
export async function readTotals(sql: SqlClient): Promise<ReadonlyMap<string, bigint>> {
  const { rows } = await sql.query<{ key: string; amount: string }>('select key, amount from log_total');
  return new Map(rows.map((row) => [row.key, BigInt(row.amount)]));
}

/** Where an input partition goes on. */
export interface StoredOffset {
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: bigint;
}

/** The next offset to read of every input partition that has had an effect. */
export async function readOffsets(sql: SqlClient): Promise<readonly StoredOffset[]> {
  const { rows } = await sql.query<StoredOffset>(
    'select topic, partition, next_offset as "nextOffset" from input_offset order by topic, partition',
  );
  return rows;
}

/** The offsets stored with the effects, in the shape in which the bus asks for them. */
export function storedOffsets(sql: SqlClient): {
  nextOffset(topic: string, partition: number): Promise<bigint | undefined>;
} {
  return {
    nextOffset: async (topic, partition) => {
      const { rows } = await sql.query<{ next: bigint }>(
        'select next_offset as next from input_offset where topic = $1 and partition = $2',
        [topic, partition],
      );
      return rows[0]?.next;
    },
  };
}
