import { ACQUIRE_EPOCH_SQL, LOG_LAYOUT } from '../append/acquire-epoch';
import { APPEND_BATCH_SQL } from '../append/append-batch';
import { ADVANCE_PROJECTION_SQL } from '../projector/advance-projection';
import { FIRST_OUTCOMES_SQL } from '../readers/entries';
import { STREAM_STATES_SQL } from '../readers/states';
import { ADVANCE_RELAY_SQL } from '../relay/advance-relay';
import { readSql } from '../sql/read-sql';
import { COVER_POSITION_SQL, LOG_PARTITION_ENTRIES } from './cover-position';

/** The part of TypeORM's QueryRunner (or of a plain client) that an installation needs. */
export interface MigrationRunner {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

const PARTS = [
  readSql(__dirname, 'log-schema.sql'),
  readSql(__dirname, 'append-only.sql'),
  COVER_POSITION_SQL,
  APPEND_BATCH_SQL,
  ACQUIRE_EPOCH_SQL,
  FIRST_OUTCOMES_SQL,
  STREAM_STATES_SQL,
  ADVANCE_RELAY_SQL,
  ADVANCE_PROJECTION_SQL,
  readSql(__dirname, 'grants.sql'),
];

const DEFAULTS = `select set_config('kuda.log_layout', $1, true),
  set_config('kuda.log_partition_entries',
             coalesce(nullif(current_setting('kuda.log_partition_entries', true), ''), $2), true)`;

/**
 * Creates the log's tables, functions, triggers and grants in the current schema. The role of the service may
 * only SELECT and EXECUTE. Runs inside the caller's transaction; `runMigrations` has set the role, and the log's
 * name and partition size where they were asked for.
 */
async function installLog(runner: MigrationRunner): Promise<void> {
  await runner.query(DEFAULTS, [String(LOG_LAYOUT), String(LOG_PARTITION_ENTRIES)]);
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

const TABLE_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

function tableName(table: string): string {
  if (!TABLE_NAME.test(table)) throw new Error(`not a table name: ${table}`);
  return table;
}

/**
 * Makes a service's own table insert-only (I7): UPDATE, DELETE and TRUNCATE are refused with KUDA-LOG-1015 for its
 * role and for the owner's sessions; its role may read and insert. For use in a service's migrations, behind the log.
 */
export async function makeInsertOnly(runner: MigrationRunner, tables: readonly string[]): Promise<void> {
  for (const table of tables.map(tableName)) {
    await runner.query(`select make_insert_only('${table}')`);
    await runner.query(`do $$ begin
      execute format('grant select, insert on %I to %I', '${table}', current_setting('kuda.app_role'));
    end $$`);
  }
}

/**
 * Lets the service's role read and write a read model's tables; for use in a service's own migrations under
 * `runMigrations`. Names are table names in the current schema.
 */
export async function grantReadModel(runner: MigrationRunner, tables: readonly string[]): Promise<void> {
  for (const table of tables.map(tableName)) {
    await runner.query(`do $$ begin
      execute format('grant select, insert, update, delete on %I to %I',
        '${table}', current_setting('kuda.app_role'));
      execute format('grant usage on all sequences in schema %I to %I',
        current_schema(), current_setting('kuda.app_role'));
    end $$`);
  }
}
