import {
  loadStreamStates,
  MAX_READ_ENTRIES,
  readEntries,
  readHead,
  readOffsets,
  readTotals,
  relayPosition,
  type LogHead,
  type SqlClient,
  type StoredEntry,
  type StoredOffset,
  type StreamState,
} from '@kuda/event-store';

/** Everything that a run left in its database. */
export interface LeftBehind {
  readonly head: LogHead;
  readonly entries: readonly StoredEntry[];
  /** Position by command id, of the table that remembers outcomes. */
  readonly commands: ReadonlyMap<string, bigint>;
  readonly states: ReadonlyMap<string, StreamState>;
  readonly totals: ReadonlyMap<string, bigint>;
  readonly offsets: readonly StoredOffset[];
  readonly relayedTo: bigint;
  readonly leafHashes: readonly Buffer[];
  readonly logName: string;
  readonly frontier: Buffer;
  /** Command ids by position, as written beside the log. */
  readonly refusals: ReadonlyMap<bigint, string>;
}

async function allEntries(sql: SqlClient): Promise<readonly StoredEntry[]> {
  const entries: StoredEntry[] = [];
  for (;;) {
    const page = await readEntries(sql, { after: entries.at(-1)?.position ?? 0n, limit: MAX_READ_ENTRIES });
    entries.push(...page);
    // Ends: nobody writes any more.
    if (page.length < MAX_READ_ENTRIES) return entries;
  }
}

export async function readLeftBehind(sql: SqlClient, relay: string): Promise<LeftBehind> {
  const entries = await allEntries(sql);
  const { rows: commands } = await sql.query<{ id: string; position: bigint }>(
    'select command_id as id, position from log_command',
  );
  const { rows: refusals } = await sql.query<{ id: string; position: bigint }>(
    'select command_id as id, position from till_refusal',
  );
  const { rows: leaves } = await sql.query<{ leaf: Buffer }>(
    'select leaf_hash as leaf from log_entry order by position',
  );
  const { rows: heads } = await sql.query<{ name: string; frontier: Buffer }>(
    'select name, frontier from log_head',
  );
  const [tree] = heads;
  const { rows: streams } = await sql.query<{ id: string }>('select stream_id as id from stream_state');
  return {
    head: await readHead(sql),
    entries,
    commands: new Map(commands.map(({ id, position }) => [id, position])),
    states: await loadStreamStates(
      sql,
      streams.map(({ id }) => id),
    ),
    totals: await readTotals(sql),
    offsets: await readOffsets(sql),
    relayedTo: await relayPosition(sql, relay),
    refusals: new Map(refusals.map(({ id, position }) => [position, id])),
    leafHashes: leaves.map(({ leaf }) => leaf),
    logName: tree?.name ?? '',
    frontier: tree?.frontier ?? Buffer.alloc(0),
  };
}
