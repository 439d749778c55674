import { randomUUID } from 'node:crypto';
import {
  create,
  LedgerRecordSchema,
  toBinary,
  UserBalanceSchema,
  type TopicDeclaration,
} from '@kuda/contracts';
import {
  createKafkaBus,
  partitionOfKey,
  POSITION_HEADER,
  VERSION_HEADER,
  type BusLogger,
  type KafkaBus,
  type OutgoingMessage,
} from '@kuda/messaging';
import { testKafka } from '@kuda/testing';

export const SILENT: BusLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

const PARTITIONS = 3;

/** One record of the ledger, as its relay publishes it. */
export interface Scripted {
  readonly userId: string;
  readonly position: bigint;
  readonly version: bigint;
  readonly available: bigint;
}

/** Stands for the ledger's relay: publishes what the test says, faults included, on topics of its own. */
export class ScriptedLedger {
  readonly topics = { balances: `test.balances.${randomUUID()}`, events: `test.events.${randomUUID()}` };
  private position = 0n;
  private readonly versions = new Map<string, bigint>();

  private constructor(readonly bus: KafkaBus) {}

  static async open(): Promise<ScriptedLedger> {
    const { brokers } = await testKafka();
    const bus = createKafkaBus({ brokers: [brokers], clientId: 'scripted-ledger', logger: SILENT });
    const ledger = new ScriptedLedger(bus);
    await bus.ensureTopics([
      topicOf(ledger.topics.balances, 'compact'),
      topicOf(ledger.topics.events, 'delete'),
    ]);
    return ledger;
  }

  /** The next record of the user. */
  next(userId: string, available: bigint): Scripted {
    this.position += 1n;
    const version = (this.versions.get(userId) ?? 0n) + 1n;
    this.versions.set(userId, version);
    return { userId, position: this.position, version, available };
  }

  /** Both topics, in the order given; of a user's balances the last one only, as the relay does. */
  async publish(...records: readonly Scripted[]): Promise<void> {
    await this.publishEvents(...records);
    await this.publishBalances(...new Map(records.map((record) => [record.userId, record])).values());
  }

  publishEvents(...records: readonly Scripted[]): Promise<void> {
    return this.bus.publisher.publish(records.map((record) => this.message(record, this.topics.events)));
  }

  publishBalances(...records: readonly Scripted[]): Promise<void> {
    return this.bus.publisher.publish(records.map((record) => this.message(record, this.topics.balances)));
  }

  /** The user is erased. */
  publishTombstone(userId: string): Promise<void> {
    return this.bus.publisher.publish([
      { topic: this.topics.balances, key: userId, value: null, headers: {} },
    ]);
  }

  close(): Promise<void> {
    return this.bus.close();
  }

  private message({ userId, position, version, available }: Scripted, topic: string): OutgoingMessage {
    const balances = [{ asset: 'POINT', available, pending: 0n, held: 0n, debt: 0n }];
    const common = {
      userId,
      position,
      accountVersion: version,
      recordedAtUs: 1_000_000n + position,
      balances,
    };
    const bytes =
      topic === this.topics.events
        ? toBinary(LedgerRecordSchema, create(LedgerRecordSchema, common))
        : toBinary(UserBalanceSchema, create(UserBalanceSchema, common));
    const headers = { [POSITION_HEADER]: position.toString(), [VERSION_HEADER]: version.toString() };
    return { topic, key: userId, value: Buffer.from(bytes), headers };
  }
}

function topicOf(name: string, cleanup: TopicDeclaration['cleanup']): TopicDeclaration {
  const common = { key: 'user id', retentionMs: 3_600_000, message: 'raw', description: 'of a test' };
  return { ...common, name, cleanup, partitions: PARTITIONS };
}

/** Two users on different partitions of the topics. */
export function usersApart(): readonly [string, string] {
  const first = 'ada';
  for (let number = 1; ; number += 1) {
    const other = `user-${String(number)}`;
    if (partitionOfKey(other, PARTITIONS) !== partitionOfKey(first, PARTITIONS)) return [first, other];
  }
}
