import { acquireEpoch, readWriterHead, type WriterHead } from '../append/acquire-epoch';
import { appendBatch, type AppendAnswer, type AppendBatch } from '../append/append-batch';
import type { SqlClient, SqlPool, StoredEntry, StreamState } from '../ports';
import { firstOutcomes, MAX_READ_ENTRIES, readEntries } from '../readers/entries';
import { loadStreamStates, readOffsets, type StoredOffset } from '../readers/states';
import { coverPosition } from '../schema/cover-position';

/** Writes beside a batch, in its transaction. */
export type Beside = (tx: SqlClient) => Promise<void>;

/** What the committer asks of the database; a test may stand in for it. */
export interface LogStore {
  acquireEpoch(owner: string): Promise<WriterHead>;
  head(): Promise<WriterHead>;
  offsets(): Promise<readonly StoredOffset[]>;
  firstOutcomes(commandIds: readonly string[]): Promise<ReadonlyMap<string, StoredEntry>>;
  streamStates(streamIds: readonly string[]): Promise<ReadonlyMap<string, StreamState>>;
  /** Every entry after a position. */
  entriesAfter(position: bigint): Promise<readonly StoredEntry[]>;
  /** Makes room up to a position; answers the last one that there is room for. */
  coverPosition(position: bigint): Promise<bigint>;
  append(batch: AppendBatch, beside: Beside | null): Promise<AppendAnswer>;
}

/** Thrown inside a transaction to roll it back when the batch was not appended. */
class NotAppended extends Error {
  constructor(readonly answer: AppendAnswer) {
    super(answer.status);
  }
}

async function appendWith(pool: SqlPool, batch: AppendBatch, beside: Beside): Promise<AppendAnswer> {
  try {
    return await pool.transaction(async (tx) => {
      const answer = await appendBatch(tx, batch);
      if (answer.status !== 'appended') throw new NotAppended(answer);
      await beside(tx);
      return answer;
    });
  } catch (error) {
    if (error instanceof NotAppended) return error.answer;
    throw error;
  }
}

async function entriesAfter(sql: SqlClient, position: bigint): Promise<readonly StoredEntry[]> {
  const entries: StoredEntry[] = [];
  // Ends: only this process appends, and it waits for this answer.
  for (;;) {
    const after = entries.at(-1)?.position ?? position;
    const page = await readEntries(sql, { after, limit: MAX_READ_ENTRIES });
    entries.push(...page);
    if (page.length < MAX_READ_ENTRIES) return entries;
  }
}

/** The log in PostgreSQL. */
export function createLogStore(pool: SqlPool): LogStore {
  return {
    acquireEpoch: (owner) => acquireEpoch(pool, owner),
    head: () => readWriterHead(pool),
    offsets: () => readOffsets(pool),
    firstOutcomes: (commandIds) => firstOutcomes(pool, commandIds),
    streamStates: (streamIds) => loadStreamStates(pool, streamIds),
    entriesAfter: (position) => entriesAfter(pool, position),
    coverPosition: (position) => coverPosition(pool, position),
    append: (batch, beside) => (beside === null ? appendBatch(pool, batch) : appendWith(pool, batch, beside)),
  };
}
