import { hostname } from 'node:os';
import { CONSUMER_GROUPS } from '@kuda/contracts';
import {
  createCommitter,
  createPool,
  DueTicker,
  LogSchema1760000000000,
  Projector,
  Relay,
  runMigrations,
  storedOffsets,
  systemClock,
  typeOrmUnit,
  type LogCommitter,
  type SqlPool,
} from '@kuda/event-store';
import type { Command } from '@kuda/ledger-core';
import { createKafkaBus, KafkaBatchServer, type KafkaBus } from '@kuda/messaging';
import type { RuleSet } from '@kuda/rules';
import type { ShutdownCoordinator } from '@kuda/service-kit';
import type { DataSource, EntityManager } from 'typeorm';
import type { LedgerConfig } from './config';
import type { LedgerMetrics } from './ledger.metrics';
import { LedgerPolicy } from './ledger/ledger.policy';
import { COMPACTED_TOPICS, RELAY_TOPICS, relayRecords } from './ledger/relay-records';
import { Statements1760000000001 } from './migrations/1760000000001-statements';
import { projectStatements, STATEMENTS_PROJECTION } from './statements/statements.projection';

/** The name of the service, of its consumer group and of its connections. */
export const SERVICE_NAME = CONSUMER_GROUPS[1];

/** One for the append, one for what is loaded before it, the rest for relay, projector, ticker and reads. */
const LOG_CONNECTIONS = 8;
/** How often the lag of the inputs is read for the metrics, in milliseconds. */
const LAG_EVERY_MS = 1_000;
/** The longest wait for handler calls under way at a shutdown, in milliseconds. */
const DRAIN_LIMIT_MS = 7_000;

/** The migrations of this service, in order. */
export const MIGRATIONS = [LogSchema1760000000000, Statements1760000000001];

/** The parts of the service that have a life of their own. */
export interface LedgerRuntime {
  readonly pool: SqlPool;
  readonly bus: KafkaBus;
  readonly committer: LogCommitter<Command>;
  readonly relay: Relay;
  readonly statements: Projector<EntityManager>;
  readonly ticker: DueTicker;
  readonly consumer: KafkaBatchServer;
  /** Migrates where it may, takes the log over, and starts what follows it; Nest starts the consumer after it. */
  start(): Promise<void>;
}

export interface RuntimeSurroundings {
  readonly rules: RuleSet;
  readonly readModels: DataSource;
  readonly metrics: LedgerMetrics;
  readonly shutdown: ShutdownCoordinator;
}

async function migrate(config: LedgerConfig): Promise<void> {
  if (config.DATABASE_MIGRATION_URL === undefined) return;
  await runMigrations({
    migrationUrl: config.DATABASE_MIGRATION_URL,
    appRole: decodeURIComponent(new URL(config.DATABASE_URL).username),
    migrations: MIGRATIONS,
  });
}

/** Nothing new comes in, what came in is decided, what is decided is published, and then the connections close. */
function endInOrder(runtime: LedgerRuntime, shutdown: ShutdownCoordinator): void {
  shutdown.register('stop-intake', 'consumer', () => runtime.consumer.stopIntake());
  shutdown.register('stop-intake', 'due ticker', () => runtime.ticker.stop());
  shutdown.register('drain', 'consumer', () => runtime.consumer.drain(DRAIN_LIMIT_MS));
  shutdown.register('commit', 'committer', () => runtime.committer.stop());
  shutdown.register('relay', 'relay', () => runtime.relay.stop());
  shutdown.register('relay', 'statements', () => runtime.statements.stop());
  shutdown.register('pools', 'log connections', () => runtime.pool.end());
  shutdown.register('pools', 'bus', () => runtime.bus.close());
}

function showLag(consumer: KafkaBatchServer, metrics: LedgerMetrics, shutdown: ShutdownCoordinator): void {
  const timer = setInterval(() => {
    metrics.waiting(consumer.health().lag);
  }, LAG_EVERY_MS).unref();
  shutdown.register('pools', 'lag metric', () => {
    clearInterval(timer);
  });
}

/** Makes the parts; nothing is connected before `start`. */
export function createRuntime(config: LedgerConfig, around: RuntimeSurroundings): LedgerRuntime {
  const { metrics, shutdown, readModels } = around;
  const onFatal = (error: Error): void => {
    shutdown.onFatal(error);
  };
  const pool = createPool(config.DATABASE_URL, { applicationName: SERVICE_NAME, max: LOG_CONNECTIONS });
  const bus = createKafkaBus({ clientId: SERVICE_NAME, brokers: config.KAFKA_BROKERS });
  const consumer = new KafkaBatchServer({
    bus,
    groupId: SERVICE_NAME,
    offsets: storedOffsets(pool),
    onFatal,
  });
  const committer = createCommitter({
    pool,
    policy: new LedgerPolicy(around.rules, (body) => {
      metrics.decided(body);
    }),
    clock: systemClock,
    owner: `${SERVICE_NAME} ${hostname()} ${String(process.pid)}`,
    onFatal,
    onBatch: (report) => {
      metrics.appended(report);
    },
  });
  const { publisher, tail } = bus;
  const topics = { toRecords: relayRecords, topics: RELAY_TOPICS, compactedTopics: COMPACTED_TOPICS };
  const relay = new Relay({ name: SERVICE_NAME, sql: pool, committer, publisher, tail, ...topics, onFatal });
  const statements = new Projector({
    ...STATEMENTS_PROJECTION,
    sql: pool,
    unit: typeOrmUnit(readModels),
    apply: projectStatements,
    signal: committer,
    onFatal,
  });
  const ticker = new DueTicker({ sql: pool, committer, clock: systemClock, onFatal });
  const start = async (): Promise<void> => {
    await migrate(config);
    await committer.start();
    relay.start();
    statements.start();
    ticker.start();
  };
  const runtime = { pool, bus, committer, relay, statements, ticker, consumer, start };
  endInOrder(runtime, shutdown);
  showLag(consumer, metrics, shutdown);
  return runtime;
}
