import { LogError } from '../errors';
import type { InputOffset, PageUpdate, SqlClient, StoredEntry, StreamState, TotalDelta } from '../ports';
import { readSql } from '../sql/read-sql';

/** Installs the function; part of the log's schema. */
export const APPEND_BATCH_SQL = readSql(__dirname, 'append-batch.sql');

/** A stream's state after a batch, and the version that it was decided from (0: no entry yet). */
export interface StreamUpdate extends Omit<StreamState, 'pages'> {
  readonly before: bigint;
  /** The pages that changed. */
  readonly pages: readonly PageUpdate[];
}

/** Everything that one transaction writes. */
export interface AppendBatch {
  readonly epoch: bigint;
  /** The head that the batch was decided from; its first entry has the next position. */
  readonly after: bigint;
  readonly entries: readonly StoredEntry[];
  readonly streams: readonly StreamUpdate[];
  readonly totals: readonly TotalDelta[];
  /** One per (topic, partition): the next offset to read is `offset + 1`. */
  readonly inputs: readonly InputOffset[];
}

/** The answer of the database; only `appended` has written. */
export type AppendAnswer =
  | { readonly status: 'appended'; readonly position: bigint }
  | { readonly status: 'fenced' }
  | { readonly status: 'behind'; readonly position: bigint }
  | { readonly status: 'known'; readonly commandIds: readonly string[] }
  | { readonly status: 'stale'; readonly streamIds: readonly string[] };

interface Row {
  readonly status: string;
  readonly at_position: bigint;
  readonly names: string[] | null;
}

const CALL = `select status, at_position, names from append_batch(${Array.from(
  { length: 25 },
  (_, index) => `$${String(index + 1)}`,
).join(', ')})`;

function parametersOf(batch: AppendBatch): unknown[] {
  const { entries, streams, totals, inputs } = batch;
  const pages = streams.flatMap(({ streamId, pages: changed }) =>
    changed.map((page) => ({ streamId, ...page })),
  );
  return [
    batch.epoch,
    batch.after,
    entries.map((entry) => entry.commandId),
    entries.map((entry) => entry.fingerprint),
    entries.map((entry) => entry.streamId),
    entries.map((entry) => entry.streamVersion),
    entries.map((entry) => entry.kind),
    entries.map((entry) => entry.payload),
    entries.map((entry) => entry.traceparent),
    entries.map((entry) => entry.recordedAtUs),
    streams.map((stream) => stream.streamId),
    streams.map((stream) => stream.before),
    streams.map((stream) => stream.version),
    streams.map((stream) => stream.position),
    streams.map((stream) => stream.state),
    streams.map((stream) => stream.dueAtUs),
    streams.map((stream) => stream.pages.length > 0),
    pages.map((page) => page.streamId),
    pages.map((page) => page.pageNo),
    pages.map((page) => page.bytes),
    totals.map((total) => total.key),
    totals.map((total) => total.amount),
    inputs.map((input) => input.topic),
    inputs.map((input) => input.partition),
    inputs.map((input) => input.offset + 1n),
  ];
}

/** Appends one batch in one round trip. */
export async function appendBatch(sql: SqlClient, batch: AppendBatch): Promise<AppendAnswer> {
  const { rows } = await sql.query<Row>(CALL, parametersOf(batch));
  const [row] = rows;
  switch (row?.status) {
    case 'appended':
      return { status: 'appended', position: row.at_position };
    case 'fenced':
      return { status: 'fenced' };
    case 'behind':
      return { status: 'behind', position: row.at_position };
    case 'known':
      return { status: 'known', commandIds: row.names ?? [] };
    case 'stale':
      return { status: 'stale', streamIds: row.names ?? [] };
    default:
      throw new LogError('KUDA-LOG-1012', `append_batch answered ${String(row?.status)}`);
  }
}
