import {
  createCommitter,
  createPool,
  createReadModelSource,
  runMigrations,
  type Clock,
  type LogCommitter,
  type SqlPool,
} from '@kuda/event-store';
import type { Command } from '@kuda/ledger-core';
import { SHIPPED_RULE_SETS, type RuleSet } from '@kuda/rules';
import { testDatabase } from '@kuda/testing';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { LedgerPolicy } from '../ledger/ledger.policy';
import { loadRules } from '../ledger/load-rules';
import { ShardProjections } from '../projections/shard-projections';
import { MIGRATIONS } from '../shards/ledger-layout';
import { Shard } from '../shards/shard';
import { Shards } from '../shards/shards';
import { DecisionRow } from '../statements/decision.entity';
import { TransactionRow } from '../statements/transaction.entity';

export function shippedRules(): RuleSet {
  return loadRules(join(SHIPPED_RULE_SETS, '2026-01.json'));
}

/** A clock that tests set. */
export class ManualClock implements Clock {
  constructor(public us: bigint) {}

  nowUs(): bigint {
    return this.us;
  }
}

/** The ledger on a real PostgreSQL, without a bus. */
export interface TestLedger {
  readonly pool: SqlPool;
  readonly readModels: DataSource;
  readonly clock: ManualClock;
  /** What ended the committer or the projector; empty when all is well. */
  readonly fatal: readonly Error[];
  readonly committer: LogCommitter<Command>;
  readonly projections: ShardProjections;
  /** The same, for what reads all shards. */
  readonly shards: Shards;
  /** As after the end of the process: a new committer and a new projector on the same database. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a ledger of its own; `nowUs` is where its clock stands. */
export async function openTestLedger(nowUs: bigint): Promise<TestLedger> {
  const database = await testDatabase();
  const appRole = decodeURIComponent(new URL(database.appUrl).username);
  await runMigrations({ migrationUrl: database.ownerUrl, appRole, migrations: MIGRATIONS });
  const pool = createPool(database.appUrl, { applicationName: 'test-ledger', max: 10 });
  const entities = [TransactionRow, DecisionRow];
  const source = createReadModelSource({ url: database.appUrl, applicationName: 'test-reads', entities });
  const readModels = await source.initialize();
  const clock = new ManualClock(nowUs);
  const rules = shippedRules();
  const fatal: Error[] = [];
  const start = async () => {
    const onFatal = (error: Error): void => {
      fatal.push(error);
    };
    const policy = new LedgerPolicy(
      () => rules,
      () => undefined,
      pool,
    );
    const committer = createCommitter({ pool, policy, clock, owner: 'test', onFatal });
    await committer.start();
    const projections = new ShardProjections({ pool, rules, signal: committer, onFatal });
    await projections.start();
    return { committer, projections };
  };
  let running = await start();
  const stop = async (): Promise<void> => {
    await running.committer.stop();
    await running.projections.stop();
  };
  return {
    pool,
    readModels,
    clock,
    fatal,
    shards: new Shards([
      new Shard(0, pool, readModels, () => {
        throw new Error('the test writes by itself');
      }),
    ]),
    get committer() {
      return running.committer;
    },
    get projections() {
      return running.projections;
    },
    restart: async () => {
      await stop();
      running = await start();
    },
    close: async () => {
      await stop();
      await readModels.destroy();
      await pool.end();
      await database.drop();
    },
  };
}
