import { LogError } from '../errors';
import type { SqlClient, SqlPool } from '../ports';
import { projectionPosition } from './advance-projection';
import { advance, catchUp } from './catch-up';
import type { Projection } from './projection';
import { NEAR_ENTRIES, type WhileSwapping } from './rebuild';

export interface RollbackOptions {
  readonly pool: SqlPool;
  readonly projection: Projection;
  readonly whileSwapping: WhileSwapping;
}

/**
 * Goes back to the version before the last swap, which is first brought to where the present one stands; answers its
 * number, or null when there is none. The present one is kept, so that this is undone in the same way.
 */
export async function rollbackProjection({
  pool,
  projection,
  whileSwapping,
}: RollbackOptions): Promise<number | null> {
  const { name } = projection;
  const { rows } = await pool.query<{ live: number; other: number | null }>(
    'select current_version as live, previous_version as other from projection where name = $1',
    [name],
  );
  const [known] = rows;
  if (known === undefined) throw new LogError('KUDA-LOG-1020', name);
  const { live, other } = known;
  if (other === null) return null;
  for (;;) {
    const position = await projectionPosition(pool, { name, version: other });
    const upTo = await projectionPosition(pool, { name, version: live });
    if (upTo - position <= NEAR_ENTRIES) break;
    await advance(pool, projection, { version: other, position, upTo });
  }
  await whileSwapping(() =>
    pool.transaction(async (tx) => {
      await catchUp(tx, projection, { live, other });
      const answer = await tx.query<{ back: boolean }>('select projection_rollback($1) as back', [name]);
      if (answer.rows[0]?.back !== true) throw new LogError('KUDA-LOG-1022', `${name}: no way back`);
    }),
  );
  return other;
}

/** Drops a version that nobody reads. @throws LogError KUDA-LOG-1020 for one that is read, being made, or not there. */
export async function dropProjectionVersion(sql: SqlClient, name: string, version: number): Promise<void> {
  const { rows } = await sql.query<{ dropped: boolean }>('select projection_drop($1, $2) as dropped', [
    name,
    version,
  ]);
  if (rows[0]?.dropped === true) return;
  throw new LogError('KUDA-LOG-1020', `${name} v${String(version)} is not there to be dropped`);
}
