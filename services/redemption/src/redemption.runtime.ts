import { TOPICS, type ConsumerGroup } from '@kuda/contracts';
import {
  createCommitter,
  createPool,
  LogSchema1760000000000,
  Relay,
  runMigrations,
  storedOffsets,
  systemClock,
  type BatchReport,
  type OnFault,
  type SqlPool,
} from '@kuda/event-store';
import { createKafkaBus, KafkaBatchServer, type KafkaBus, type OffsetStore } from '@kuda/messaging';
import type { ShutdownCoordinator } from '@kuda/service-kit';
import { hostname } from 'node:os';
import type { RedemptionConfig } from './config';
import type { MemberProjection } from './members/member.projection';
import { ReadModels1763900000000 } from './migrations/1763900000000-read-models';
import type { OfferBook } from './offer/load-offer';
import type { RedemptionCommitter } from './redemptions/ports';
import { RedemptionPolicy } from './redemptions/redemption.policy';
import type { SagaCommand } from './redemptions/saga-command';
import { redemptionRecords, RELAYED_TOPICS } from './redemptions/redemption.relay';

/** The name of the service, of its consumer group and of its connections. */
export const SERVICE_NAME = 'redemption' satisfies ConsumerGroup;

/** Connections: one for the append, one for what is looked up before it, the rest for the relay and for reads. */
const LOG_CONNECTIONS = 4;
/** Every record of the ledger updates the members, few move a redemption: fuller batches for a little time. */
const PACE_MS = 60;
/** The longest wait for handler calls under way at a shutdown, in milliseconds. */
const DRAIN_LIMIT_MS = 7_000;

/** The parts of the service that have a life of their own. */
export interface RedemptionRuntime {
  readonly pool: SqlPool;
  readonly bus: KafkaBus;
  readonly committer: RedemptionCommitter;
  readonly relay: Relay;
  readonly consumer: KafkaBatchServer;
  /** Where each topic's consumption goes on. */
  readonly offsets: OffsetStore;
  /** Migrates where it may, takes the log over and starts to publish; the consumer is started by Nest after it. */
  start(): Promise<void>;
}

export interface RuntimeSurroundings {
  readonly shutdown: ShutdownCoordinator;
  readonly members: MemberProjection;
  readonly offers: OfferBook;
  readonly onBatch: (report: BatchReport) => void;
  /** Puts a command's record aside before its offset is stored. */
  readonly onFault: OnFault<SagaCommand>;
}

async function migrate(config: RedemptionConfig): Promise<void> {
  if (config.DATABASE_MIGRATION_URL === undefined) return;
  await runMigrations({
    migrationUrl: config.DATABASE_MIGRATION_URL,
    appRole: decodeURIComponent(new URL(config.DATABASE_URL).username),
    migrations: [LogSchema1760000000000, ReadModels1763900000000],
    logName: `kuda/${SERVICE_NAME}`,
  });
}

/** Each topic's offsets lie where its effects are: the ledger's beside the members, the sessions' beside the log. */
function offsetsOf(pool: SqlPool, members: MemberProjection): OffsetStore {
  const log = storedOffsets(pool);
  return {
    nextOffset: (topic, partition) =>
      topic === TOPICS.ledgerEvents.name
        ? members.nextOffset(topic, partition)
        : log.nextOffset(topic, partition),
  };
}

/** Nothing new comes in, what came in is recorded, what is recorded is published, and then the connections close. */
function endInOrder(runtime: RedemptionRuntime, shutdown: ShutdownCoordinator): void {
  shutdown.register('stop-intake', 'consumer', () => runtime.consumer.stopIntake());
  shutdown.register('drain', 'consumer', () => runtime.consumer.drain(DRAIN_LIMIT_MS));
  shutdown.register('commit', 'committer', () => runtime.committer.stop());
  shutdown.register('relay', 'relay', () => runtime.relay.stop());
  shutdown.register('pools', 'log connections', () => runtime.pool.end());
  shutdown.register('pools', 'bus', () => runtime.bus.close());
}

/** Makes the parts; nothing is connected before `start`. */
export function createRuntime(config: RedemptionConfig, around: RuntimeSurroundings): RedemptionRuntime {
  const { shutdown, members, offers, onBatch, onFault } = around;
  const onFatal = (error: Error): void => {
    shutdown.onFatal(error);
  };
  const pool = createPool(config.DATABASE_URL, { applicationName: SERVICE_NAME, max: LOG_CONNECTIONS });
  const bus = createKafkaBus({ clientId: SERVICE_NAME, brokers: config.KAFKA_BROKERS });
  const committer = createCommitter({
    pool,
    policy: new RedemptionPolicy(pool, offers, systemClock),
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
    toRecords: redemptionRecords,
    topics: RELAYED_TOPICS,
    onFatal,
  });
  const offsets = offsetsOf(pool, members);
  const consumer = new KafkaBatchServer({ bus, groupId: SERVICE_NAME, offsets, paceMs: PACE_MS, onFatal });
  const start = async (): Promise<void> => {
    await migrate(config);
    await committer.start();
    relay.start();
  };
  const runtime: RedemptionRuntime = { pool, bus, committer, relay, consumer, offsets, start };
  endInOrder(runtime, shutdown);
  return runtime;
}
