import { createHash } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { canonicalEntry, Frontier } from '@kuda/transparency-log';
import { readWriterHead } from '../append/acquire-epoch';
import { LogError } from '../errors';
import type { SqlClient, StoredEntry } from '../ports';
import { ENTRY_COLUMNS, MAX_READ_ENTRIES } from '../readers/entries';
import { encodeHeader, encodeRecord, SEGMENT_END, type SegmentHeader } from './segment-format';

/** A range of positions that one table of the log holds. */
export interface LogPartition {
  readonly firstPosition: bigint;
  readonly lastPosition: bigint;
  readonly tableName: string;
  /** The tree's right edge before the first entry, packed. */
  readonly frontierBefore: Buffer;
}

/** Leaves read at once to compute the frontier. */
const LEAVES_PER_PAGE = 10_000;

type Leaf = Pick<StoredEntry, 'position'> & { readonly leafHash: Buffer };

/**
 * The oldest partition that still stands in the database. @throws LogError KUDA-LOG-1012 when it is not full yet: the
 * log is being written there
 */
export async function oldestPartition(sql: SqlClient): Promise<LogPartition> {
  const { rows } = await sql.query<Omit<LogPartition, 'frontierBefore'> & { readonly before: Buffer | null }>(
    `select first_position as "firstPosition", last_position as "lastPosition", table_name as "tableName",
            (select b.frontier_after from log_partition b where b.last_position = p.first_position - 1) as before
       from log_partition p where segment_sha256 is null order by first_position limit 1`,
  );
  const [row] = rows;
  if (row === undefined) throw new LogError('KUDA-LOG-1012', 'the log has no partition');
  const { before, ...partition } = row;
  return { ...partition, frontierBefore: before ?? Frontier.empty().toBytes() };
}

async function frontierAfter(sql: SqlClient, partition: LogPartition): Promise<Buffer> {
  const frontier = Frontier.fromBytes(partition.frontierBefore);
  for (let position = partition.firstPosition; position <= partition.lastPosition;) {
    const { rows } = await sql.query<Leaf>(
      `select position, leaf_hash as "leafHash" from log_entry
        where position >= $1 and position <= $2 order by position limit $3`,
      [position, partition.lastPosition, LEAVES_PER_PAGE],
    );
    if (rows.length === 0) throw new LogError('KUDA-LOG-1012', `no entry at ${position.toString()}`);
    for (const { leafHash } of rows) frontier.append(leafHash);
    position += BigInt(rows.length);
  }
  return frontier.toBytes();
}

async function writeEntries(
  sql: SqlClient,
  header: SegmentHeader,
  write: (bytes: Buffer) => Promise<void>,
): Promise<void> {
  for (let position = header.firstPosition; position <= header.lastPosition;) {
    const { rows } = await sql.query<StoredEntry & Leaf>(
      `select ${ENTRY_COLUMNS}, e.leaf_hash as "leafHash" from log_entry e
        where e.position >= $1 and e.position <= $2 order by e.position limit $3`,
      [position, header.lastPosition, MAX_READ_ENTRIES],
    );
    if (rows.length === 0) throw new LogError('KUDA-LOG-1012', `no entry at ${position.toString()}`);
    const records = rows.map(({ leafHash, traceparent, ...entry }) =>
      encodeRecord({
        canonical: canonicalEntry({ logName: header.logName, ...entry }),
        leafHash,
        traceparent,
      }),
    );
    await write(Buffer.concat(records));
    position += BigInt(rows.length);
  }
}

async function writeFile(
  file: FileHandle,
  body: (write: (bytes: Buffer) => Promise<void>) => Promise<void>,
): Promise<void> {
  const hash = createHash('sha256');
  const write = async (bytes: Buffer): Promise<void> => {
    hash.update(bytes);
    await file.write(bytes);
  };
  await body(write);
  await write(SEGMENT_END);
  await file.write(hash.digest());
  await file.sync();
}

/**
 * Writes a full partition to a segment file: entry by entry, in bounded memory. The file appears under its name when
 * it is complete and on disk. It is as good as the database was: `verifySegment` says how good that is.
 */
export async function exportSegment(sql: SqlClient, partition: LogPartition, path: string): Promise<void> {
  const { name, position } = await readWriterHead(sql);
  if (position < partition.lastPosition) {
    const detail = `the partition up to ${partition.lastPosition.toString()} is not full: ${position.toString()}`;
    throw new LogError('KUDA-LOG-1019', detail);
  }
  const { firstPosition, lastPosition, frontierBefore } = partition;
  const header = {
    ...{ logName: name, firstPosition, lastPosition, frontierBefore },
    frontierAfter: await frontierAfter(sql, partition),
  };
  const unfinished = `${path}.unfinished`;
  const file = await open(unfinished, 'w');
  try {
    await writeFile(file, async (write) => {
      await write(encodeHeader(header));
      await writeEntries(sql, header, write);
    });
  } catch (error) {
    await file.close();
    await rm(unfinished, { force: true });
    throw error;
  }
  await file.close();
  await rename(unfinished, path);
}
