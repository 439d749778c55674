import { ACQUIRE_EPOCH_SQL } from '../append/acquire-epoch';
import { APPEND_BATCH_SQL } from '../append/append-batch';
import { ADVANCE_PROJECTION_SQL } from '../projector/advance-projection';
import { ADVANCE_RELAY_SQL } from '../relay/advance-relay';
import { readSql } from '../sql/read-sql';

/** The part of TypeORM's QueryRunner (or of a plain client) that an installation needs. */
export interface MigrationRunner {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

const PARTS = [
  readSql(__dirname, 'log-schema.sql'),
  APPEND_BATCH_SQL,
  ACQUIRE_EPOCH_SQL,
  ADVANCE_RELAY_SQL,
  ADVANCE_PROJECTION_SQL,
  readSql(__dirname, 'grants.sql'),
];

/**
 * Creates the log's tables, functions, triggers and grants in the current schema. The role of the service may
 * only SELECT and EXECUTE. Runs inside the caller's transaction; without `appRole`, `runMigrations` has set
 * it.
 */
export async function installLog(
  runner: MigrationRunner,
  options: { readonly appRole?: string } = {},
): Promise<void> {
  if (options.appRole !== undefined) {
    await runner.query(`select set_config('kuda.app_role', $1, false)`, [options.appRole]);
  }
  for (const part of PARTS) await runner.query(part);
}

/** The first migration of every service that has a log. */
export class LogSchema1760000000000 {
  readonly name = 'LogSchema1760000000000';

  async up(runner: MigrationRunner): Promise<void> {
    await installLog(runner);
  }

  /** Never: a log is append-only, its tables are not dropped by a tool. */
  down(): Promise<void> {
    return Promise.reject(new Error('KUDA-LOG-1015: the log cannot be migrated down'));
  }
}

/**
 * Lets the service's role read and write a read model's tables; for use in a service's own migrations under
 * `runMigrations`. Names are table names in the current schema.
 */
export async function grantReadModel(runner: MigrationRunner, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    if (!/^[a-z_][a-z0-9_]{0,62}$/.test(table)) throw new Error(`not a table name: ${table}`);
    await runner.query(`do $$ begin
      execute format('grant select, insert, update, delete on %I to %I',
        '${table}', current_setting('kuda.app_role'));
      execute format('grant usage on all sequences in schema %I to %I',
        current_schema(), current_setting('kuda.app_role'));
    end $$`);
  }
}
