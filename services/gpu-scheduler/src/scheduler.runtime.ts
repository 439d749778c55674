import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONSUMER_GROUPS } from '@kuda/contracts';
import {
  createCommitter,
  createPool,
  LogSchema1760000000000,
  Relay,
  runMigrations,
  storedOffsets,
  type OnFault,
  type SqlPool,
} from '@kuda/event-store';
import { connectCluster, type ClusterClient } from '@kuda/kube';
import { createKafkaBus, KafkaBatchServer, type KafkaBus } from '@kuda/messaging';
import type { ShutdownCoordinator } from '@kuda/service-kit';
import { BuiltInAdmitter } from './admission/built-in.admitter';
import type { Admitter } from './admission/admitter';
import { loadCatalogue } from './catalogue/load-catalogue';
import { ClusterCache } from './cluster/cluster.cache';
import type { SchedulerConfig } from './config';
import { SessionTables1760000000001 } from './migrations/1760000000001-session-tables';
import type { SessionCommand } from './domain/session';
import type { SessionCommitter } from './orders/ports';
import { Reconciler } from './reconcile/reconciler';
import { SessionLoop } from './reconcile/session.loop';
import type { SchedulerMetrics } from './scheduler.metrics';
import { provisioningAllowanceSeconds, schedulerClocks } from './scheduler-clock';
import { SessionPolicy } from './sessions/session.policy';
import { SessionReader } from './sessions/session.reader';
import { RELAYED_TOPICS, sessionRecords } from './sessions/session.relay';

/** The name of the service, of its consumer group and of its connections. */
export const SERVICE_NAME = CONSUMER_GROUPS[3];

const LOG_CONNECTIONS = 12;
/** The longest wait for handler calls under way at a shutdown, milliseconds. */
const DRAIN_LIMIT_MS = 7_000;
const SYNC_POLL_MS = 20;

/** The parts that carry out sessions; the bus is not among them. */
export interface SessionMachine {
  readonly pool: SqlPool;
  readonly committer: SessionCommitter;
  readonly reader: SessionReader;
  readonly cache: ClusterCache;
  readonly admitter: Admitter;
  readonly loop: SessionLoop;
  readonly reconciler: Reconciler;
  /** Takes the log over, reads the cluster and goes on with every live session. */
  start(): Promise<void>;
  /** Starts nothing new and waits for the passes under way. */
  stopPasses(): Promise<void>;
}

export interface MachineSurroundings {
  readonly metrics: SchedulerMetrics;
  /** Another way to the cluster than the configured one: for tests of what may go wrong on it. */
  readonly client?: ClusterClient;
  readonly onFatal: (error: Error) => void;
  /** Puts a command's record aside before its offset is stored. */
  readonly onFault: OnFault<SessionCommand>;
}

/** What of the configuration the machine needs. */
export type MachineConfig = Pick<
  SchedulerConfig,
  | 'DATABASE_URL'
  | 'KUBECONFIG'
  | 'KUBE_NAMESPACE'
  | 'CLOCK_ORIGIN'
  | 'CLOCK_SCALE'
  | 'PROVISIONING_TIMEOUT_SECONDS'
  | 'PROVISIONING_FLOOR_SECONDS'
>;

type Living = Pick<SessionMachine, 'committer' | 'cache' | 'reader' | 'loop'> & {
  readonly client: Pick<ClusterClient, 'namespace' | 'probe'>;
  readonly metrics: SchedulerMetrics;
};

function lifeOf({
  client,
  committer,
  cache,
  reader,
  loop,
  metrics,
}: Living): Pick<SessionMachine, 'start' | 'stopPasses'> {
  const stopping = new AbortController();
  return {
    start: async () => {
      await committer.start();
      await client.namespace.prepare();
      metrics.admitting('built-in', await client.probe.hasKueue());
      cache.start();
      while (!cache.isSynced && !stopping.signal.aborted) await sleep(SYNC_POLL_MS);
      const live = await reader.live();
      loop.open(live.flatMap(({ order }) => (order === null ? [] : [order.orderId])));
    },
    stopPasses: async () => {
      stopping.abort();
      await loop.stop();
      await cache.stop();
    },
  };
}

/** Makes the machine; nothing is connected before `start`. */
export function createMachine(
  config: MachineConfig,
  { metrics, onFatal, onFault, ...given }: MachineSurroundings,
): SessionMachine {
  const pool = createPool(config.DATABASE_URL, { applicationName: SERVICE_NAME, max: LOG_CONNECTIONS });
  const { clock, realClock } = schedulerClocks(config);
  const committer = createCommitter({
    pool,
    policy: new SessionPolicy(),
    clock,
    owner: `${SERVICE_NAME} ${hostname()} ${String(process.pid)}`,
    onFatal,
    onFault,
    onBatch: (report) => {
      metrics.appended(report);
    },
  });
  const namespace = config.KUBE_NAMESPACE;
  const kubeconfigPath = config.KUBECONFIG ?? null;
  const client = given.client ?? connectCluster({ kubeconfigPath, namespace });
  const reader = new SessionReader(pool);
  const catalogue = loadCatalogue();
  const loop: SessionLoop = new SessionLoop(() => ({ reconciler, admitter }), metrics);
  const cache = new ClusterCache(client, loop);
  const admitter = new BuiltInAdmitter({
    catalogue,
    live: () => reader.live(),
    nodes: () => cache.allNodes(),
    pods: () => cache.allPods(),
  });
  const settings = { namespace, provisioningAllowanceSeconds: provisioningAllowanceSeconds(config) };
  const reconciler = new Reconciler({
    client,
    cache,
    admitter,
    reader,
    committer,
    catalogue,
    settings,
    clock,
    realClock,
    clockScale: config.CLOCK_SCALE,
    metrics,
    onCapacity: () => {
      loop.capacity();
    },
  });
  return {
    pool,
    committer,
    reader,
    cache,
    admitter,
    loop,
    reconciler,
    ...lifeOf({ client, committer, cache, reader, loop, metrics }),
  };
}

/** The machine on its bus. */
export interface SchedulerRuntime extends SessionMachine {
  readonly bus: KafkaBus;
  readonly relay: Relay;
  readonly consumer: KafkaBatchServer;
}

export interface RuntimeSurroundings extends Pick<MachineSurroundings, 'metrics' | 'onFault'> {
  readonly shutdown: ShutdownCoordinator;
}

/** Creates the schema, where the owner's role is given. */
export async function migrate(
  config: Pick<SchedulerConfig, 'DATABASE_URL' | 'DATABASE_MIGRATION_URL'>,
): Promise<void> {
  if (config.DATABASE_MIGRATION_URL === undefined) return;
  await runMigrations({
    migrationUrl: config.DATABASE_MIGRATION_URL,
    appRole: decodeURIComponent(new URL(config.DATABASE_URL).username),
    migrations: [LogSchema1760000000000, SessionTables1760000000001],
    logName: `kuda/${SERVICE_NAME}`,
  });
}

/** Nothing new comes in, passes end, what is recorded is published, and then the connections close. */
function endInOrder(runtime: SchedulerRuntime, shutdown: ShutdownCoordinator): void {
  shutdown.register('stop-intake', 'consumer', () => runtime.consumer.stopIntake());
  shutdown.register('drain', 'consumer', () => runtime.consumer.drain(DRAIN_LIMIT_MS));
  shutdown.register('drain', 'sessions', () => runtime.stopPasses());
  shutdown.register('commit', 'committer', () => runtime.committer.stop());
  shutdown.register('relay', 'relay', () => runtime.relay.stop());
  shutdown.register('pools', 'log connections', () => runtime.pool.end());
  shutdown.register('pools', 'bus', () => runtime.bus.close());
}

/** Makes the parts of the whole service; nothing is connected before `start`. */
export function createRuntime(
  config: SchedulerConfig,
  { shutdown, metrics, onFault }: RuntimeSurroundings,
): SchedulerRuntime {
  const onFatal = (error: Error): void => {
    shutdown.onFatal(error);
  };
  const machine = createMachine(config, { metrics, onFatal, onFault });
  const { pool, committer } = machine;
  const bus = createKafkaBus({ clientId: SERVICE_NAME, brokers: config.KAFKA_BROKERS });
  const relay = new Relay({
    name: SERVICE_NAME,
    sql: pool,
    committer,
    publisher: bus.publisher,
    tail: bus.tail,
    toRecords: sessionRecords,
    topics: RELAYED_TOPICS,
    onFatal,
  });
  const consumer = new KafkaBatchServer({
    bus,
    groupId: SERVICE_NAME,
    offsets: storedOffsets(pool),
    onFatal,
  });
  const start = async (): Promise<void> => {
    await migrate(config);
    await machine.start();
    relay.start();
  };
  const runtime: SchedulerRuntime = { ...machine, bus, relay, consumer, start };
  endInOrder(runtime, shutdown);
  return runtime;
}
