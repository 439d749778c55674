import { LogError } from '../errors';
import type { InputOffset, PageUpdate, SqlClient, StoredEntry, StreamState, TotalDelta } from '../ports';
import { int8Array, byteaArray, int4Array, textArray } from '../sql/binary-array';
import { prepared } from '../sql/prepared';
import { readSql } from '../sql/read-sql';
import { raisedState } from '../sql/sql-state';

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
  /** One per entry: the Merkle tree's leaf over its canonical bytes. */
  readonly leafHashes: readonly Buffer[];
  /** The tree's right edge after the last entry, packed. */
  readonly frontier: Buffer;
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
  /** A command id has an outcome already. */
  | { readonly status: 'known' }
  | { readonly status: 'stale'; readonly streamIds: readonly string[] };

interface Row {
  readonly status: string;
  readonly at_position: bigint;
}

const PARAMETERS = 28;
const STREAMS_MOVED = 'KU007';
const COMMAND_KEY = 'log_command_pkey';

const CALL = prepared(
  'append_batch',
  `select status, at_position from append_batch(${Array.from(
    { length: PARAMETERS },
    (_, index) => `$${String(index + 1)}`,
  ).join(', ')})`,
);

function entryParameters({ entries, leafHashes, streams }: AppendBatch): Buffer[] {
  const indexes = new Map(streams.map(({ streamId }, index) => [streamId, index + 1]));
  return [
    textArray(entries.map((entry) => entry.commandId)),
    byteaArray(entries.map((entry) => entry.fingerprint)),
    textArray(entries.map((entry) => entry.streamId)),
    int8Array(entries.map((entry) => entry.streamVersion)),
    textArray(entries.map((entry) => entry.kind)),
    byteaArray(entries.map((entry) => entry.payload)),
    textArray(entries.map((entry) => entry.traceparent)),
    int8Array(entries.map((entry) => entry.recordedAtUs)),
    byteaArray(leafHashes),
    int4Array(entries.map(({ streamId }) => (streamId === null ? 0 : (indexes.get(streamId) ?? 0)))),
  ];
}

function streamParameters(streams: readonly StreamUpdate[]): Buffer[] {
  const pages = streams.flatMap(({ streamId, pages: changed }) =>
    changed.map((page) => ({ streamId, ...page })),
  );
  return [
    textArray(streams.map((stream) => stream.streamId)),
    int8Array(streams.map((stream) => stream.before)),
    int8Array(streams.map((stream) => stream.version)),
    int8Array(streams.map((stream) => stream.position)),
    byteaArray(streams.map((stream) => stream.state)),
    int8Array(streams.map((stream) => stream.dueAtUs)),
    int4Array(streams.map((stream) => stream.pages.length)),
    textArray(pages.map((page) => page.streamId)),
    int4Array(pages.map((page) => page.pageNo)),
    byteaArray(pages.map((page) => page.bytes)),
  ];
}

function parametersOf(batch: AppendBatch): unknown[] {
  const { totals, inputs } = batch;
  return [
    batch.epoch,
    batch.after,
    batch.frontier,
    ...entryParameters(batch),
    ...streamParameters(batch.streams),
    textArray(totals.map((total) => total.key)),
    totals.map((total) => total.amount),
    textArray(inputs.map((input) => input.topic)),
    int4Array(inputs.map((input) => input.partition)),
    int8Array(inputs.map((input) => input.offset + 1n)),
  ];
}

/** What the function raised instead of answering, when that is an answer. */
function answerOf(error: unknown): AppendAnswer | null {
  const raised = raisedState(error);
  if (raised?.code === STREAMS_MOVED) return { status: 'stale', streamIds: raised.detail.split('\n') };
  return raised?.constraint === COMMAND_KEY ? { status: 'known' } : null;
}

async function call(sql: SqlClient, batch: AppendBatch): Promise<Row | undefined> {
  return (await sql.query<Row>(CALL, parametersOf(batch))).rows[0];
}

/**
 * Appends one batch in one round trip. Within a transaction of the caller, every answer but `appended` may have
 * aborted it.
 */
export async function appendBatch(sql: SqlClient, batch: AppendBatch): Promise<AppendAnswer> {
  let row: Row | undefined;
  try {
    row = await call(sql, batch);
  } catch (error) {
    const answer = answerOf(error);
    if (answer === null) throw error;
    return answer;
  }
  switch (row?.status) {
    case 'appended':
      return { status: 'appended', position: row.at_position };
    case 'fenced':
      return { status: 'fenced' };
    case 'behind':
      return { status: 'behind', position: row.at_position };
    default:
      throw new LogError('KUDA-LOG-1012', `append_batch answered ${String(row?.status)}`);
  }
}
