import type { SqlClient, StoredEntry } from '../ports';
import type { MigrationRunner } from '../schema/install-log';
import { readSql } from '../sql/read-sql';

const PROJECTION_SCHEMA_SQL = readSql(__dirname, 'projection-schema.sql');

/** A table of a projection; its version `n` is called `<name>_v<n>`, and readers see it as `<name>`. */
export interface ProjectionTable {
  readonly name: string;
  /** Names a row: the order in which a difference is looked for. */
  readonly key: readonly string[];
  /** Rows never change: the database refuses UPDATE, DELETE and TRUNCATE. */
  readonly insertOnly?: boolean;
}

/** What a projection is made of, as data; in its SQL `{v}` stands for a version's number. */
export interface ProjectionDefinition {
  readonly name: string;
  readonly tables: readonly ProjectionTable[];
  /** Creates the tables, without keys. */
  readonly create: string;
  /** Adds keys and indexes, after a fill. */
  readonly keys: string;
  /**
   * Inserts what the entries up to `{upto}` come to, by one statement for each share `{share}`, from 0, of `{shares}`: a
   * fold of its own, so that the gate compares two ways of coming to the same rows. Shares have no row in common; they
   * run at once. Without it a rebuild applies the entries one batch after the other.
   */
  readonly fill?: string;
}

/** A read model that is a function of the log, in versioned tables. */
export interface Projection extends ProjectionDefinition {
  /** Applies entries, in order and without a gap, to the tables of one version; everything through `tx`. */
  apply(tx: SqlClient, entries: readonly StoredEntry[], version: number): Promise<void>;
}

/** A statement for the tables of one version. */
export function ofVersion(sql: string, version: number): string {
  return sql.replaceAll('{v}', String(version));
}

/** For a service's migration: what versions of projections need in the log's schema. Once, before the first one. */
export async function installProjectionSchema(runner: MigrationRunner): Promise<void> {
  await runner.query(PROJECTION_SCHEMA_SQL);
}

/** For a service's migration: version 1 of a projection, or, when it is there, what its later versions look like. */
export async function installProjection(runner: MigrationRunner, made: ProjectionDefinition): Promise<void> {
  await runner.query('select projection_install($1, $2, $3, $4, $5, $6)', [
    made.name,
    made.tables.map((table) => table.name),
    made.tables.filter((table) => table.insertOnly === true).map((table) => table.name),
    made.create,
    made.keys,
    made.fill ?? null,
  ]);
}
