import { hostname } from 'node:os';
import { CONSUMER_GROUPS } from '@kuda/contracts';
import {
  createCommitter,
  createPool,
  Relay,
  runMigrations,
  storedOffsets,
  systemClock,
  type BatchReport,
  type LogCommitter,
  type OnFault,
  type SqlPool,
} from '@kuda/event-store';
import { createKafkaBus, KafkaBatchServer, type KafkaBus } from '@kuda/messaging';
import type { ShutdownCoordinator } from '@kuda/service-kit';
import type { IngestConfig } from './config';
import type { IntakeCommand } from './intake/activity-input';
import { IntakePolicy } from './intake/intake.policy';
import { MIGRATIONS } from './migrations';
import { openProducerCommand } from './producers/open-producer';
import { ProducerRegistry } from './producers/producer.registry';
import { RiskPolicies } from './risk/risk-policies';
import { createVotes, type Votes } from './votes/votes.runtime';
import { activityRecords, RELAYED_TOPICS } from './relay/activity-records';

/** The name of the service, of its consumer group and of its connections. */
export const SERVICE_NAME = CONSUMER_GROUPS[0];

/** Connections: one for the append, one for what is looked up before it, the rest for the relay and for reads. */
const LOG_CONNECTIONS = 6;
/** Partitions handled at once: what one fetch brought of every topic becomes one or two appends. */
const PARTITIONS_AT_ONCE = 16;
/** The longest wait for handler calls under way at a shutdown, in milliseconds. */
const DRAIN_LIMIT_MS = 7_000;

/** The parts of the service that have a life of their own. */
export interface IngestRuntime {
  readonly pool: SqlPool;
  readonly bus: KafkaBus;
  readonly committer: LogCommitter<IntakeCommand>;
  readonly relay: Relay;
  readonly consumer: KafkaBatchServer;
  readonly votes: Votes;
  /** Who may emit what, and the bounds of velocity: read at the start, changed by this process alone. */
  readonly registry: ProducerRegistry;
  readonly riskPolicies: RiskPolicies;
  /** Migrates where it may, takes the log over and starts to publish; the consumer is started by Nest after it. */
  start(): Promise<void>;
}

export interface RuntimeSurroundings {
  readonly shutdown: ShutdownCoordinator;
  readonly onBatch: (report: BatchReport) => void;
  /** Puts a command's record aside before its offset is stored. */
  readonly onFault: OnFault<IntakeCommand>;
  /** Something failed that will be tried again. */
  readonly onError: (error: Error) => void;
}

async function migrate(config: IngestConfig): Promise<void> {
  if (config.DATABASE_MIGRATION_URL === undefined) return;
  await runMigrations({
    migrationUrl: config.DATABASE_MIGRATION_URL,
    appRole: decodeURIComponent(new URL(config.DATABASE_URL).username),
    migrations: MIGRATIONS,
    logName: `kuda/${SERVICE_NAME}`,
  });
}

async function readReferences(
  { registry, riskPolicies, committer }: IngestRuntime,
  openProducer: string | undefined,
): Promise<void> {
  await riskPolicies.refresh();
  await registry.refresh();
  if (openProducer === undefined || registry.directory.get(openProducer) !== null) return;
  await committer.submit([openProducerCommand(openProducer)]);
  await registry.refresh();
}

/** Nothing new comes in, what came in is recorded, what is recorded is published, and then the connections close. */
function endInOrder(runtime: IngestRuntime, shutdown: ShutdownCoordinator): void {
  shutdown.register('stop-intake', 'consumer', () => runtime.consumer.stopIntake());
  shutdown.register('stop-intake', 'rings', () => runtime.votes.rings.stop());
  shutdown.register('stop-intake', 'votes', () => runtime.votes.tally.stop());
  shutdown.register('drain', 'consumer', () => runtime.consumer.drain(DRAIN_LIMIT_MS));
  shutdown.register('commit', 'committer', () => runtime.committer.stop());
  shutdown.register('relay', 'relay', () => runtime.relay.stop());
  shutdown.register('pools', 'log connections', () => runtime.pool.end());
  shutdown.register('pools', 'bus', () => runtime.bus.close());
}

/** Makes the parts; nothing is connected before `start`. */
export function createRuntime(
  config: IngestConfig,
  { shutdown, onBatch, onFault, onError }: RuntimeSurroundings,
): IngestRuntime {
  const onFatal = (error: Error): void => {
    shutdown.onFatal(error);
  };
  const pool = createPool(config.DATABASE_URL, { applicationName: SERVICE_NAME, max: LOG_CONNECTIONS });
  const bus = createKafkaBus({ clientId: SERVICE_NAME, brokers: config.KAFKA_BROKERS });
  const registry = new ProducerRegistry(pool);
  const riskPolicies = new RiskPolicies(pool);
  const committer = createCommitter({
    pool,
    policy: new IntakePolicy({ sql: pool, riskPolicies: () => riskPolicies.all }),
    clock: systemClock,
    owner: `${SERVICE_NAME} ${hostname()} ${String(process.pid)}`,
    onFatal,
    onBatch,
    onFault,
  });
  const relay = new Relay({
    name: SERVICE_NAME,
    sql: pool,
    committer,
    publisher: bus.publisher,
    tail: bus.tail,
    toRecords: activityRecords,
    topics: RELAYED_TOPICS,
    onFatal,
  });
  const consumer = new KafkaBatchServer({
    bus,
    groupId: SERVICE_NAME,
    offsets: storedOffsets(pool),
    partitionsAtOnce: PARTITIONS_AT_ONCE,
    onFatal,
  });
  const votes = createVotes({ pool, committer, rulesFile: config.RULES_FILE, onFatal, onError });
  const start = async (): Promise<void> => {
    await migrate(config);
    await committer.start();
    await readReferences(runtime, config.INTAKE_OPEN_PRODUCER);
    relay.start();
    votes.tally.start();
    votes.rings.start();
  };
  const runtime: IngestRuntime = {
    pool,
    bus,
    committer,
    relay,
    consumer,
    votes,
    registry,
    riskPolicies,
    start,
  };
  endInOrder(runtime, shutdown);
  return runtime;
}
