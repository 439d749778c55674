import type { SqlClient, StoredEntry } from '../ports';
import { prepared } from '../sql/prepared';
import { ENTRY_COLUMNS, MAX_READ_ENTRIES } from './entries';
import { refuseDetached } from './kept-range';

/** Prepared: parsing and planning it takes longer than the seek. */
const AS_OF = prepared(
  'entry_as_of',
  `select ${ENTRY_COLUMNS} from log_entry e where e.stream_id = $1 and e.position <= $2
    order by e.position desc limit 1`,
);

const POSITION_AT = prepared(
  'position_at',
  `with recursive search (low, high) as (
     select 0::bigint, position from log_head
     union all
     select case when coalesce(e.recorded_at_us, 0) <= $1 then m.middle else s.low end,
            case when coalesce(e.recorded_at_us, 0) <= $1 then s.high else m.middle - 1 end
       from search s
      cross join lateral (select (s.low + s.high + 1) / 2 as middle) m
       left join lateral (select recorded_at_us from log_entry where position = m.middle) e on true
      where s.low < s.high
   )
   select low as position from search where low = high`,
);

/**
 * The last entry of a stream at or before a position, or null when it had none then: one seek in the index, however many
 * entries the stream has.
 */
export async function entryAsOf(
  sql: SqlClient,
  streamId: string,
  position: bigint,
): Promise<StoredEntry | null> {
  const { rows } = await sql.query<StoredEntry>(AS_OF, [streamId, position]);
  const [entry] = rows;
  if (entry === undefined && (await beganBefore(sql, streamId))) await refuseDetached(sql, streamId, 0n);
  return entry ?? null;
}

/** True for a stream whose first entry is not in the database any more. */
async function beganBefore(sql: SqlClient, streamId: string): Promise<boolean> {
  const { rows } = await sql.query<{ version: bigint; first: bigint | null }>(
    `select s.version, (select e.stream_version from log_entry e where e.stream_id = s.stream_id
                         order by e.position limit 1) as first
       from stream_state s where s.stream_id = $1`,
    [streamId],
  );
  const [stream] = rows;
  return stream !== undefined && stream.first !== 1n;
}

/**
 * The last position that was recorded at or before an instant (microseconds since the Unix epoch), 0 before the first:
 * a binary search, since ledger time strictly increases with the position. Entries of detached partitions are older.
 */
export async function positionAt(sql: SqlClient, timeUs: bigint): Promise<bigint> {
  const { rows } = await sql.query<{ position: bigint }>(POSITION_AT, [timeUs]);
  return rows[0]?.position ?? 0n;
}

/** The entries at these positions, in log order; at most MAX_READ_ENTRIES of them are asked for. */
export async function entriesAt(
  sql: SqlClient,
  positions: readonly bigint[],
): Promise<readonly StoredEntry[]> {
  if (positions.length > MAX_READ_ENTRIES)
    throw new RangeError(`${String(positions.length)} positions at once`);
  if (positions.length === 0) return [];
  const { rows } = await sql.query<StoredEntry>(
    `select ${ENTRY_COLUMNS} from log_entry e where e.position = any ($1::bigint[]) order by e.position`,
    [positions],
  );
  return rows;
}

/** Which entries of a stream: of these kinds, before a position, newest first. */
export interface StreamPage {
  readonly kinds: readonly string[];
  /** Exclusive. */
  readonly before: bigint;
  /** Never more than MAX_READ_ENTRIES. */
  readonly limit: number;
}

/** Entries of one stream, newest first. */
export async function streamBackwards(
  sql: SqlClient,
  streamId: string,
  { kinds, before, limit }: StreamPage,
): Promise<readonly StoredEntry[]> {
  const { rows } = await sql.query<StoredEntry>(
    `select ${ENTRY_COLUMNS} from log_entry e
      where e.stream_id = $1 and e.position < $2 and e.kind = any ($3) order by e.position desc limit $4`,
    [streamId, before, kinds, Math.min(limit, MAX_READ_ENTRIES)],
  );
  return rows;
}
