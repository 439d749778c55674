import { join } from 'node:path';
import { createPool, runMigrations, type SqlPool } from '@kuda/event-store';
import { loadRules } from '@kuda/points-ledger/ledger';
import { MIGRATIONS } from '@kuda/points-ledger/projections';
import { SHIPPED_RULE_SETS, type RuleSet } from '@kuda/rules';
import type { BenchOptions } from '../../frame/bench';
import { benchPostgres, type BenchPostgres } from '../../frame/servers';

/** Log appends and reads, the live projector, a rebuild (three), the reader. */
const CONNECTIONS = 10;

/** A ledger's database, empty. */
export interface BenchLog {
  readonly postgres: BenchPostgres;
  /** Connects as the service's role. */
  readonly pool: SqlPool;
  /** Connects as the administrator, past the log's triggers and without waiting for the disk: to fill it. */
  readonly admin: SqlPool;
  readonly rules: RuleSet;
  readonly say: BenchOptions['say'];
}

/** Starts a server and creates the ledger's tables in a database of the name. */
export async function openBenchLog(options: BenchOptions, name: string): Promise<BenchLog> {
  const postgres = await benchPostgres(options);
  const urls = await postgres.database(name);
  const appRole = decodeURIComponent(new URL(urls.appUrl).username);
  await runMigrations({ migrationUrl: urls.ownerUrl, appRole, migrations: MIGRATIONS });
  const pool = createPool(urls.appUrl, { applicationName: 'bench', max: CONNECTIONS });
  const adminUrl = new URL(postgres.adminUrl);
  adminUrl.pathname = new URL(urls.appUrl).pathname;
  const settings = '-c session_replication_role=replica -c synchronous_commit=off';
  adminUrl.searchParams.set('options', settings);
  const admin = createPool(adminUrl.toString(), { applicationName: 'bench-fill', max: 1 });
  await admin.query('set statement_timeout = 0');
  options.cleanUp(async () => {
    await Promise.all([pool.end(), admin.end()]);
  });
  const rules = loadRules(join(SHIPPED_RULE_SETS, '2026-01.json'));
  return { postgres, pool, admin, rules, say: options.say };
}
