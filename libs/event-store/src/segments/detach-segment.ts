import { LogError } from '../errors';
import type { SqlClient, SqlPool } from '../ports';
import { exportSegment, oldestPartition, type LogPartition } from './export-segment';
import { verifySegment, type SegmentSummary } from './read-segment';

/** How long the detaching transaction waits for readers and the committer to let go of the table. */
export const DETACH_LOCK_TIMEOUT_MS = 5_000;

export interface DetachOptions {
  /** Where the segment file will stand. */
  readonly path: string;
  /** True drops the table too; without it, it stays beside the log under its name. */
  readonly drop: boolean;
}

interface Follower {
  readonly name: string;
  readonly position: bigint;
}

/** Whoever tails the log must be past what leaves it. */
async function refuseBehind(sql: SqlClient, { lastPosition }: LogPartition): Promise<void> {
  const { rows } = await sql.query<Follower>(
    `select 'relay ' || name as name, position from relay_cursor where position < $1
     union all select 'projection ' || name, position from projection_checkpoint where position < $1
     order by position limit 1`,
    [lastPosition],
  );
  const [behind] = rows;
  if (behind === undefined) return;
  const detail = `${behind.name} is at ${behind.position.toString()}, before ${lastPosition.toString()}`;
  throw new LogError('KUDA-LOG-1019', detail);
}

async function detach(
  owner: SqlPool,
  { firstPosition, tableName }: LogPartition,
  { sha256, frontierAfter }: SegmentSummary,
  drop: boolean,
): Promise<void> {
  await owner.transaction(async (tx) => {
    await tx.query(`set local lock_timeout = ${String(DETACH_LOCK_TIMEOUT_MS)}`);
    await tx.query(`alter table log_entry detach partition ${tableName}`);
    await tx.query(
      'update log_partition set segment_sha256 = $2, frontier_after = $3 where first_position = $1',
      [firstPosition, sha256, frontierAfter],
    );
    if (drop) await tx.query(`drop table ${tableName}`);
  });
}

/**
 * Moves the oldest full partition out of the log: writes its segment file, reads the file back with every check, and
 * only then detaches the table. `owner` connects as the owner of the schema. Reads of what is gone answer
 * KUDA-LOG-1017; command ids stay known for ever.
 * @throws LogError KUDA-LOG-1019 while the partition is not full or somebody who tails the log is not past it;
 *   KUDA-LOG-1018 when the file does not say what the log should: the table then stays
 */
export async function detachSegment(owner: SqlPool, options: DetachOptions): Promise<SegmentSummary> {
  const partition = await oldestPartition(owner);
  await refuseBehind(owner, partition);
  await exportSegment(owner, partition, options.path);
  const summary = await verifySegment(options.path);
  await detach(owner, partition, summary, options.drop);
  return summary;
}
