import { Client } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { LogError, messageOf } from '../errors';
import { searchPathOptions } from '../sql/pool';

/** How long one process waits for another one's migrations. */
export const MIGRATION_LOCK_TIMEOUT_MS = 60_000;
/** How long a migration's connection may take to open. */
export const MIGRATION_CONNECT_TIMEOUT_MS = 10_000;

/** One lock for the migrations of a database; the number is arbitrary and must never change. */
const MIGRATION_LOCK = 5_824_001;

const ROLE_NAME = /^[a-zA-Z_][a-zA-Z0-9_]{0,62}$/;
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
  /** Classes in order; their names end in a timestamp of 13 digits. */
  readonly migrations: NonNullable<Extract<DataSourceOptions['migrations'], unknown[]>>;
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
  if (!ROLE_NAME.test(options.appRole)) throw new Error(`not a role name: ${options.appRole}`);
  const settings = searchPathOptions(options.searchPath, `-c kuda.app_role=${options.appRole}`);
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
    return await migrate(options, settings);
  } finally {
    // The session's end gives the lock back.
    await guard.end();
  }
}
