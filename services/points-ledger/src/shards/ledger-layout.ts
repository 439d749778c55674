import { createPool, grantReadModel, runMigrations, type SqlClient } from '@kuda/event-store';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { Projections1760000000001 } from '../migrations/1760000000001-projections';
import { LogSchema1760000000000 } from '@kuda/event-store';
import { RuleBook1760000000030 } from '../migrations/1760000000030-rule-book';
import { searchPathOf } from './shard-schema';

/** The migrations of one shard, in order. */
export const MIGRATIONS = [LogSchema1760000000000, Projections1760000000001];
/** Those of the first shard, which also keeps what there is one of. */
const FIRST_MIGRATIONS = [...MIGRATIONS, RuleBook1760000000030];

/** Into how many shards the ledger was cut when it was created. Never changed: it decides where a user lives. */
class LedgerLayout1750000000000 implements MigrationInterface {
  readonly name = 'LedgerLayout1750000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table ledger_layout (
        only_row boolean primary key default true check (only_row),
        shards integer not null check (shards > 0)
      )`);
    await grantReadModel(runner, ['ledger_layout']);
    await runner.query(`do $$ begin
      execute format('revoke insert, update, delete on ledger_layout from %I', current_setting('kuda.app_role'));
    end $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table ledger_layout');
  }
}

export interface LayoutOptions {
  /** Connects as the owner of the database. */
  readonly migrationUrl: string;
  /** The role of the running service. */
  readonly appRole: string;
  readonly shards: number;
}

/** Creates the ledger, or brings it up to date: all shards. @throws Error when it was created with another number. */
export async function migrateLedger({ migrationUrl, appRole, shards }: LayoutOptions): Promise<void> {
  await runMigrations({ migrationUrl, appRole, migrations: [LedgerLayout1750000000000] });
  const owner = createPool(migrationUrl, { applicationName: 'ledger-layout', max: 1 });
  try {
    await owner.query('insert into ledger_layout (shards) values ($1) on conflict do nothing', [shards]);
    await assertLayout(owner, shards);
  } finally {
    await owner.end();
  }
  for (let shard = 0; shard < shards; shard += 1) {
    await runMigrations({
      migrationUrl,
      appRole,
      migrations: shard === 0 ? FIRST_MIGRATIONS : MIGRATIONS,
      logName: logNameOf(shard, shards),
      ...searchPathOf(shard, shards),
    });
  }
}

/** Part of every leaf: two replays of one log give the same tree, wherever they are kept. */
function logNameOf(shard: number, shards: number): string {
  return shards === 1 ? 'kuda/points-ledger' : `kuda/points-ledger/${String(shard)}-of-${String(shards)}`;
}

/** @throws Error when the ledger was created with another number of shards, or never. */
export async function assertLayout(sql: SqlClient, shards: number): Promise<void> {
  const { rows } = await sql.query<{ shards: number }>('select shards from public.ledger_layout');
  const created = rows[0]?.shards;
  if (created === shards) return;
  throw new Error(
    `${LEDGER_ERROR_CODES.shardsDiffer.code}: the ledger was created with ${String(created ?? 'no')} shards, ` +
      `LEDGER_SHARDS is ${String(shards)}`,
  );
}
