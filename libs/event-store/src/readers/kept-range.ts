import { LogError } from '../errors';
import type { SqlClient } from '../ports';

/** The first position that stands in the database; 1 until a partition has been detached. */
export async function keptFrom(sql: SqlClient): Promise<bigint> {
  const { rows } = await sql.query<{ first: bigint }>(
    'select coalesce(max(last_position), 0) + 1 as first from log_partition where segment_sha256 is not null',
  );
  return rows[0]?.first ?? 1n;
}

/** Refuses a read that begins in a detached partition. @throws LogError KUDA-LOG-1017 */
export async function refuseDetached(sql: SqlClient, what: string, from: bigint): Promise<void> {
  const first = await keptFrom(sql);
  if (from >= first) return;
  throw new LogError('KUDA-LOG-1017', `${what}: entries before ${first.toString()} are in segment files`);
}
