import { hostname } from 'node:os';
import {
  createCommitter,
  DueTicker,
  Relay,
  systemClock,
  type LogCommitter,
  type OnFault,
  type RelayTail,
  type SqlPool,
} from '@kuda/event-store';
import type { Command } from '@kuda/ledger-core';
import type { KafkaBus } from '@kuda/messaging';
import type { LedgerMetrics } from '../ledger.metrics';
import { LedgerPolicy } from '../ledger/ledger.policy';
import { COMPACTED_TOPICS, RELAY_TOPICS, relayRecords } from '../ledger/relay-records';
import { SERVICE_NAME } from '../ledger/service-name';
import type { RuleBook } from '../rules/rule-book';
import { ShardProjections } from '../projections/shard-projections';

export interface ShardWriterOptions {
  readonly shard: number;
  readonly shards: number;
  readonly pool: SqlPool;
  readonly bus: KafkaBus;
  readonly rules: RuleBook;
  readonly metrics: LedgerMetrics;
  /** Puts a command's record aside before its offset is stored. */
  readonly onFault: OnFault<Command>;
  /** Told when this writer can never write again. */
  readonly onFatal: (error: Error) => void;
}

/** Everything that writes one shard: committer, relay, projectors and the ticker of what is due. */
export class ShardWriter {
  readonly committer: LogCommitter<Command>;
  readonly relay: Relay;
  readonly projections: ShardProjections;
  private readonly ticker: DueTicker;
  private fencedOut = false;

  constructor(options: ShardWriterOptions) {
    const { pool, bus, metrics } = options;
    const onFatal = (error: Error): void => {
      this.fencedOut ||= error.name === 'FencedError';
      options.onFatal(error);
    };
    this.committer = createCommitter({
      pool,
      policy: new LedgerPolicy(
        () => options.rules.current(),
        (body) => {
          metrics.decided(body);
        },
        pool,
      ),
      clock: systemClock,
      owner: `${SERVICE_NAME} ${hostname()} ${String(process.pid)}`,
      onFatal,
      onFault: options.onFault,
      onBatch: (report) => {
        metrics.appended(report);
      },
    });
    this.relay = new Relay({
      name: SERVICE_NAME,
      sql: pool,
      committer: this.committer,
      publisher: bus.publisher,
      tail: ownPartitions(bus.tail, options),
      toRecords: (entry) => relayRecords(entry, options.shard),
      topics: RELAY_TOPICS,
      compactedTopics: COMPACTED_TOPICS,
      onFatal,
    });
    this.projections = new ShardProjections({
      pool,
      rules: options.rules.base,
      signal: this.committer,
      onFatal,
    });
    this.ticker = new DueTicker({ sql: pool, committer: this.committer, clock: systemClock, onFatal });
  }

  /** True once a newer owner has taken the shard over. */
  get fenced(): boolean {
    return this.fencedOut;
  }

  /** Throws while the relay or a projector fails. */
  assertFollowing(): void {
    for (const { lastError } of [this.relay.health(), ...this.projections.health().values()]) {
      if (lastError !== null) throw new Error(lastError);
    }
  }

  async start(): Promise<void> {
    await this.committer.start();
    this.relay.start();
    await this.projections.start();
    this.ticker.start();
  }

  /** Asks for nothing more by itself; what is submitted is still answered. */
  async stopTicking(): Promise<void> {
    await this.ticker.stop();
  }

  /** Answers what is queued and takes nothing more. */
  async stopCommitting(): Promise<void> {
    await this.committer.stop();
  }

  /** Publishes and projects what is committed, then ends. */
  async stopFollowing(): Promise<void> {
    await Promise.all([this.relay.stop(), this.projections.stop()]);
  }

  async stop(): Promise<void> {
    await this.stopTicking();
    await this.stopCommitting();
    await this.stopFollowing();
  }
}

/**
 * The last records of the partitions that this shard writes. The topics have a multiple of `shards` partitions and the
 * same partitioner as the inputs, so partition p holds users of shard `p mod shards` only.
 */
function ownPartitions(
  tail: RelayTail,
  { shard, shards }: { readonly shard: number; readonly shards: number },
): RelayTail {
  return {
    partitionOf: (topic, key) => tail.partitionOf(topic, key),
    lastHeader: async (topic, header) => {
      const all = await tail.lastHeader(topic, header);
      return new Map([...all].filter(([partition]) => partition % shards === shard));
    },
  };
}
