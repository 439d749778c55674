import { createPool, createReadModelSource, storedOffsets } from '@kuda/event-store';
import { createKafkaBus, KafkaBatchServer, type AssignedPartitions, type KafkaBus } from '@kuda/messaging';
import type { ShutdownCoordinator } from '@kuda/service-kit';
import { Logger } from '@nestjs/common';
import type { LedgerConfig } from './config';
import { LEDGER_ERROR_CODES } from './error-codes';
import type { LedgerMetrics } from './ledger.metrics';
import type { LedgerLetters } from './ledger/ledger-letters';
import { SERVICE_NAME } from './ledger/service-name';
import { assertLayout, migrateLedger } from './shards/ledger-layout';
import type { RuleBook } from './rules/rule-book';
import { Shard } from './shards/shard';
import { searchPathOf } from './shards/shard-schema';
import { ShardWriter } from './shards/shard-writer';
import { Shards } from './shards/shards';
import { DecisionRow } from './statements/decision.entity';
import { TransactionRow } from './statements/transaction.entity';

/** Connections of one shard: append, loading, relay, projectors and a rebuild, ticker and reads of the log; and of the read models. */
const LOG_CONNECTIONS = 10;
const READ_MODEL_CONNECTIONS = 3;
/** Partitions handled at once: both inputs of a few shards. */
const PARTITIONS_AT_ONCE = 8;
/** How often the lag of the inputs is read for the metrics, in milliseconds. */
const LAG_EVERY_MS = 1_000;
/** The longest wait for handler calls under way at a shutdown, in milliseconds. */
const DRAIN_LIMIT_MS = 7_000;

/** The parts of the service that have a life of their own. */
export interface LedgerRuntime {
  readonly bus: KafkaBus;
  readonly shards: Shards;
  readonly consumer: KafkaBatchServer;
  /** Migrates where it may and connects; Nest starts the consumer after it, whose assignment says what to write. */
  start(): Promise<void>;
}

export interface RuntimeSurroundings {
  readonly rules: RuleBook;
  readonly metrics: LedgerMetrics;
  readonly letters: LedgerLetters;
  readonly shutdown: ShutdownCoordinator;
}

/** Makes the parts; nothing is connected before `start`. */
export function createRuntime(config: LedgerConfig, around: RuntimeSurroundings): LedgerRuntime {
  const { metrics, shutdown } = around;
  const bus = createKafkaBus({ clientId: SERVICE_NAME, brokers: config.KAFKA_BROKERS });
  const logger = new Logger(SERVICE_NAME);
  const count = config.LEDGER_SHARDS;
  const onFatal = (shard: number, error: Error): void => {
    // While the group divides the shards anew, the next owner fences this one out: that is how it should be.
    const ours = consumer.health().joined && shards.isAssigned(shard);
    if (error.name === 'FencedError' && !ours)
      logger.warn({ shard, err: error }, 'the shard has a new owner');
    else shutdown.onFatal(error);
  };
  const shards = new Shards(
    Array.from({ length: count }, (_, shard) => {
      const { pool, readModels } = connectionsOf(config, shard);
      const parts = { ...around, shard, shards: count, pool, bus };
      return new Shard(
        shard,
        pool,
        readModels,
        () =>
          new ShardWriter({
            ...parts,
            onFault: around.letters.onFault,
            onFatal: (error) => {
              onFatal(shard, error);
            },
          }),
      );
    }),
  );
  const consumer = new KafkaBatchServer({
    bus,
    groupId: SERVICE_NAME,
    offsets: {
      nextOffset: (topic, partition) => storedOffsets(shards.at(partition).pool).nextOffset(topic, partition),
    },
    partitionsAtOnce: PARTITIONS_AT_ONCE,
    onAssigned: async (partitions) => {
      await assertPartitions(bus, partitions, count);
      await shards.assign(partitions);
    },
    onFatal: (error) => {
      shutdown.onFatal(error);
    },
  });
  const runtime = { bus, shards, consumer, start: () => start(config, shards, around.rules) };
  endInOrder(runtime, shutdown);
  shutdown.register('pools', 'rule book', () => {
    around.rules.stop();
  });
  showLag(consumer, metrics, shutdown);
  return runtime;
}

function connectionsOf(config: LedgerConfig, shard: number) {
  const path = searchPathOf(shard, config.LEDGER_SHARDS);
  const pool = createPool(config.DATABASE_URL, {
    applicationName: SERVICE_NAME,
    max: LOG_CONNECTIONS,
    ...path,
  });
  const readModels = createReadModelSource({
    url: config.DATABASE_URL,
    applicationName: `${SERVICE_NAME}-reads`,
    entities: [TransactionRow, DecisionRow],
    max: READ_MODEL_CONNECTIONS,
    ...path,
  });
  return { pool, readModels };
}

/** A user's shard is the partition of the topic: both must be cut the same way. */
async function assertPartitions(
  bus: KafkaBus,
  partitions: AssignedPartitions,
  shards: number,
): Promise<void> {
  for (const topic of Object.keys(partitions)) {
    const found = await bus.partitionCount(topic);
    if (found === shards) continue;
    const { code } = LEDGER_ERROR_CODES.shardsDiffer;
    throw new Error(`${code}: ${topic} has ${String(found)} partitions, LEDGER_SHARDS is ${String(shards)}`);
  }
}

async function start(config: LedgerConfig, shards: Shards, rules: RuleBook): Promise<void> {
  const count = config.LEDGER_SHARDS;
  if (config.DATABASE_MIGRATION_URL !== undefined) {
    await migrateLedger({
      migrationUrl: config.DATABASE_MIGRATION_URL,
      appRole: decodeURIComponent(new URL(config.DATABASE_URL).username),
      shards: count,
    });
  }
  for (const { pool, readModels } of shards.all) {
    await assertLayout(pool, count);
    await readModels.initialize();
  }
  await rules.start(shards.at(0).pool);
}

/** Nothing new comes in, what came in is decided, what is decided is published, and then the connections close. */
function endInOrder({ bus, shards, consumer }: LedgerRuntime, shutdown: ShutdownCoordinator): void {
  shutdown.register('stop-intake', 'consumer', () => consumer.stopIntake());
  shutdown.register('stop-intake', 'due tickers', () => shards.eachWriter((writer) => writer.stopTicking()));
  shutdown.register('drain', 'consumer', () => consumer.drain(DRAIN_LIMIT_MS));
  shutdown.register('commit', 'committers', () => shards.eachWriter((writer) => writer.stopCommitting()));
  shutdown.register('relay', 'relays and projectors', () =>
    shards.eachWriter((writer) => writer.stopFollowing()),
  );
  shutdown.register('pools', 'connections', async () => {
    for (const { pool, readModels } of shards.all) {
      await pool.end();
      if (readModels.isInitialized) await readModels.destroy();
    }
  });
  shutdown.register('pools', 'bus', () => bus.close());
}

function showLag(consumer: KafkaBatchServer, metrics: LedgerMetrics, shutdown: ShutdownCoordinator): void {
  const timer = setInterval(() => {
    metrics.waiting(consumer.health().lag);
  }, LAG_EVERY_MS).unref();
  shutdown.register('pools', 'lag metric', () => {
    clearInterval(timer);
  });
}
