import type { SqlClient } from '../ports';
import { readSql } from '../sql/read-sql';

/** Installs the function; part of the log's schema. */
export const ADVANCE_PROJECTION_SQL = readSql(__dirname, 'advance-projection.sql');

/** One version of one projection; a new version is a new set of tables with a checkpoint of its own. */
export interface ProjectionKey {
  readonly name: string;
  readonly version: number;
}

/**
 * Moves the checkpoint over the entries (from, to] in the caller's transaction; false when it is not at
 * `from`.
 */
export async function advanceProjection(
  sql: SqlClient,
  key: ProjectionKey,
  range: { readonly from: bigint; readonly to: bigint },
): Promise<boolean> {
  const { rows } = await sql.query<{ moved: boolean }>('select advance_projection($1, $2, $3, $4) as moved', [
    key.name,
    key.version,
    range.from,
    range.to,
  ]);
  return rows[0]?.moved === true;
}

/** The last position that a projection has applied; 0 before the first. */
export async function projectionPosition(sql: SqlClient, key: ProjectionKey): Promise<bigint> {
  const { rows } = await sql.query<{ position: bigint }>(
    'select position from projection_checkpoint where name = $1 and version = $2',
    [key.name, key.version],
  );
  return rows[0]?.position ?? 0n;
}
