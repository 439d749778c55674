import type { SqlClient, SqlPool } from '../ports';
import { applyNext, type VersionAt } from './apply-entries';
import type { Projection } from './projection';

/** Keeps a version where it stands until the transaction ends; answers the position. */
export async function freeze(tx: SqlClient, name: string, version: number): Promise<bigint> {
  const { rows } = await tx.query<{ at: bigint }>('select projection_freeze($1, $2) as at', [name, version]);
  return rows[0]?.at ?? 0n;
}

/** Applies the next entries in a transaction of their own; answers where the version stands then. */
export function advance(
  pool: SqlPool,
  projection: Projection,
  at: VersionAt & { readonly upTo: bigint },
): Promise<bigint> {
  return pool.transaction(async (tx) => {
    await tx.query('set local synchronous_commit = off');
    return applyNext(tx, projection, at);
  });
}

/** Keeps the version that is read where it stands, for the rest of the transaction, and brings the other one to it. */
export async function catchUp(
  tx: SqlClient,
  projection: Projection,
  { live, other }: { readonly live: number; readonly other: number },
): Promise<void> {
  const upTo = await freeze(tx, projection.name, live);
  let position = await freeze(tx, projection.name, other);
  while (position < upTo) position = await applyNext(tx, projection, { version: other, position, upTo });
}
