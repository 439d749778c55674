import type { SqlClient } from '../ports';
import type { ProjectionDefinition, ProjectionTable } from './projection';
import type { GateReport, TableComparison } from './projection-state';

/** The longest that one comparison may take, in milliseconds. */
const MAX_COMPARE_MS = 10 * 60_000;

interface Versions {
  readonly live: number;
  readonly rebuilt: number;
}

/**
 * Compares two versions of a projection as one snapshot shows them; the caller has made sure that both stand at
 * `position` in it. A digest is the number of rows and two sums of 64-bit hashes over them: it does not depend on their
 * order. Where digests differ, the first row that does is looked up.
 */
export async function compareVersions(
  snapshot: SqlClient,
  projection: ProjectionDefinition,
  at: Versions & { readonly position: bigint },
): Promise<GateReport> {
  await snapshot.query(`set local statement_timeout = ${String(MAX_COMPARE_MS)}`);
  const tables: TableComparison[] = [];
  for (const table of projection.tables) tables.push(await compareTable(snapshot, table, at));
  const equal = tables.every(({ live, rebuilt }) => live === rebuilt);
  return { position: at.position.toString(), equal, tables };
}

async function compareTable(
  snapshot: SqlClient,
  { name, key }: ProjectionTable,
  at: Versions,
): Promise<TableComparison> {
  const one = `${name}_v${String(at.live)}`;
  const other = `${name}_v${String(at.rebuilt)}`;
  const columns = await commonColumns(snapshot, one, other);
  const live = await digestOf(snapshot, one, columns);
  const rebuilt = await digestOf(snapshot, other, columns);
  const comparison = { table: name, live, rebuilt };
  if (live === rebuilt) return comparison;
  return { ...comparison, difference: await firstDifference(snapshot, { one, other, key, columns }) };
}

/** A version of another shape is compared by what both have. */
async function commonColumns(sql: SqlClient, one: string, other: string): Promise<readonly string[]> {
  const { rows } = await sql.query<{ name: string }>(
    `select a.attname::text as name from pg_attribute a join pg_attribute b using (attname)
      where a.attrelid = $1::regclass and b.attrelid = $2::regclass
        and a.attnum > 0 and b.attnum > 0 and not a.attisdropped and not b.attisdropped
      order by name`,
    [one, other],
  );
  return rows.map((row) => row.name);
}

async function digestOf(sql: SqlClient, table: string, columns: readonly string[]): Promise<string> {
  const row = `row(${columns.join(', ')})::text`;
  const { rows } = await sql.query<{ digest: string }>(
    `select concat_ws(':', count(*), coalesce(sum(hashtextextended(${row}, 0)::numeric), 0),
                      coalesce(sum(hashtextextended(${row}, 1)::numeric), 0)) as digest
       from ${table}`,
  );
  return rows[0]?.digest ?? '';
}

async function firstDifference(
  sql: SqlClient,
  {
    one,
    other,
    key,
    columns,
  }: { readonly one: string; readonly other: string } & Pick<ProjectionTable, 'key'> & {
      readonly columns: readonly string[];
    },
): Promise<{ readonly key: unknown; readonly live: unknown; readonly rebuilt: unknown }> {
  const keys = key.join(', ');
  const rowOf = (side: string): string => `row(${columns.map((column) => `${side}.${column}`).join(', ')})`;
  // Values as text: JSON has no 64-bit integers.
  const textOf = (side: string): string =>
    `case when ${side}.${key[0] ?? ''} is not null
          then (select json_object_agg(c.key, c.value) from json_each_text(to_json(${side})) c) end`;
  const { rows } = await sql.query<{ key: unknown; live: unknown; rebuilt: unknown }>(
    `select json_build_array(${keys}) as key, ${textOf('a')} as live, ${textOf('b')} as rebuilt
       from ${one} a full join ${other} b using (${keys})
      where ${rowOf('a')}::text is distinct from ${rowOf('b')}::text
      order by ${keys} limit 1`,
  );
  return rows[0] ?? { key: null, live: null, rebuilt: null };
}
