import { Client } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { LOG_LAYOUT } from '../append/acquire-epoch';
import { LogError, messageOf } from '../errors';
import { searchPathOptions } from '../sql/pool';

/** How long one process waits for another one's migrations. */
export const MIGRATION_LOCK_TIMEOUT_MS = 60_000;
/** How long a migration's connection may take to open. */
export const MIGRATION_CONNECT_TIMEOUT_MS = 10_000;

/** One lock for the migrations of a database; the number is arbitrary and must never change. */
const MIGRATION_LOCK = 5_824_001;

const ROLE_NAME = /^[a-zA-Z_][a-zA-Z0-9_]{0,62}$/;
const LOG_NAME = /^[a-zA-Z0-9][a-zA-Z0-9._/-]{0,199}$/;
const LOCK_NOT_AVAILABLE = '55P03';

export interface MigrationOptions {
  /** Connects as the owner of the schema. */
  readonly migrationUrl: string;
  /**
   * The role of the running service; migrations read it as `current_setting('kuda.app_role')` and grant to
   * it.
   */
  readonly appRole: string;
  /** The schema to migrate, created when it is missing; the database's own default without it. */
  readonly searchPath?: string;
  /**
   * The log's name for ever, when this creates it: part of every leaf of its Merkle tree. Without it the database's
   * name, and the schema's behind a slash when that is not `public`.
   */
  readonly logName?: string;
  /** Entries that one partition holds, when this creates the log. */
  readonly logPartitionEntries?: bigint;
  /** Classes in order; their names end in a timestamp of 13 digits. */
  readonly migrations: NonNullable<Extract<DataSourceOptions['migrations'], unknown[]>>;
}

/** Handed to the migrations as settings of their connection. */
function parametersOf({ appRole, logName, logPartitionEntries }: MigrationOptions): readonly string[] {
  if (!ROLE_NAME.test(appRole)) throw new Error(`not a role name: ${appRole}`);
  if (logName !== undefined && !LOG_NAME.test(logName)) throw new Error(`not a log name: ${logName}`);
  return [
    `-c kuda.app_role=${appRole}`,
    ...(logName === undefined ? [] : [`-c kuda.log_name=${logName}`]),
    ...(logPartitionEntries === undefined
      ? []
      : [`-c kuda.log_partition_entries=${logPartitionEntries.toString()}`]),
  ];
}

/** A log whose tables are those of another version is not touched. */
async function refuseOtherLayout(client: Client, schema: string): Promise<void> {
  const found = await client.query<{ column_name: string }>(
    `select column_name from information_schema.columns where table_schema = $1 and table_name = 'log_head'`,
    [schema],
  );
  if (found.rows.length === 0) return;
  const known = found.rows.some((row) => row.column_name === 'layout');
  const { rows } = known
    ? await client.query<{ layout: number }>(`select layout from ${schema}.log_head`)
    : { rows: [{ layout: 1 }] };
  if (rows[0]?.layout === LOG_LAYOUT) return;
  const detail = `schema ${schema} has layout ${String(rows[0]?.layout)}, this program ${String(LOG_LAYOUT)}`;
  throw new LogError('KUDA-LOG-1016', detail);
}

async function lock(client: Client): Promise<void> {
  try {
    await client.query(`set lock_timeout = ${String(MIGRATION_LOCK_TIMEOUT_MS)}`);
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
  } catch (error) {
    const busy = error instanceof Error && 'code' in error && error.code === LOCK_NOT_AVAILABLE;
    throw busy ? new LogError('KUDA-LOG-1014', messageOf(error), { cause: error }) : error;
  }
}

async function migrate(
  options: MigrationOptions,
  settings: { readonly options?: string },
): Promise<readonly string[]> {
  const source = new DataSource({
    type: 'postgres',
    url: options.migrationUrl,
    applicationName: 'kuda-migrations',
    migrations: options.migrations,
    migrationsTableName: 'schema_migration',
    migrationsTransactionMode: 'each',
    connectTimeoutMS: MIGRATION_CONNECT_TIMEOUT_MS,
    extra: { max: 1, ...settings },
  });
  await source.initialize();
  try {
    const run = await source.runMigrations();
    return run.map((migration) => migration.name);
  } finally {
    await source.destroy();
  }
}

/**
 * Brings a service's schema up to date and answers the names of the migrations that ran. Of several processes
 * that start at once, one migrates and the others wait, at most MIGRATION_LOCK_TIMEOUT_MS (else
 * KUDA-LOG-1014).
 */
export async function runMigrations(options: MigrationOptions): Promise<readonly string[]> {
  const settings = searchPathOptions(options.searchPath, ...parametersOf(options));
  const guard = new Client({
    connectionString: options.migrationUrl,
    application_name: 'kuda-migration-lock',
    connectionTimeoutMillis: MIGRATION_CONNECT_TIMEOUT_MS,
  });
  await guard.connect();
  try {
    await lock(guard);
    if (options.searchPath !== undefined)
      await guard.query(`create schema if not exists ${options.searchPath}`);
    await refuseOtherLayout(guard, options.searchPath ?? 'public');
    return await migrate(options, settings);
  } finally {
    // The session's end gives the lock back.
    await guard.end();
  }
}
