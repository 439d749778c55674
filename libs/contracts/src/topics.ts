/** One topic of the bus: declared here once, created by the local stack, described by AsyncAPI. */
export interface TopicDeclaration {
  readonly name: string;
  /** What the record key is; it decides the order that is kept. */
  readonly key: string;
  readonly partitions: number;
  readonly retentionMs: number;
  readonly cleanup: 'delete' | 'compact';
  /** Fully qualified protobuf message of the value, or `json` where producers send JSON CloudEvents. */
  readonly message: string;
  readonly description: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const WEEK_MS = 7 * DAY_MS;
const DEAD_LETTER_RETENTION_MS = 90 * DAY_MS;

/** Shards of a ledger unless told otherwise, and the most that it may have. */
export const DEFAULT_LEDGER_SHARDS = 1;
export const MAX_LEDGER_SHARDS = 64;
const FEED_PARTITIONS = 6;

export const TOPICS = {
  activityEvents: {
    name: 'activity.events.v1',
    key: 'subject (user id)',
    partitions: FEED_PARTITIONS,
    retentionMs: WEEK_MS,
    cleanup: 'delete',
    message: 'json',
    description: 'Activity events as the platform emits them: CloudEvents 1.0, JSON.',
  },
  activityBackfill: {
    name: 'activity.backfill.v1',
    key: 'subject (user id)',
    partitions: 1,
    retentionMs: WEEK_MS,
    cleanup: 'delete',
    message: 'json',
    description:
      'Activity events of the past (backfill scope); one partition, so that file order is decision order.',
  },
  activityAccepted: {
    name: 'activity.accepted.v1',
    key: 'beneficiary (user id)',
    partitions: DEFAULT_LEDGER_SHARDS,
    retentionMs: WEEK_MS,
    cleanup: 'delete',
    message: 'kuda.activity.v1.ActivityAccepted',
    description: 'Every activity event that was taken, once.',
  },
  activityRejected: {
    name: 'activity.rejected.v1',
    key: 'quarantine id',
    partitions: 1,
    retentionMs: DEAD_LETTER_RETENTION_MS,
    cleanup: 'delete',
    message: 'kuda.activity.v1.ActivityRejected',
    description: 'Every input that was kept aside, with its raw bytes and the reason.',
  },
  ledgerCommands: {
    name: 'ledger.commands.v1',
    key: 'user id',
    partitions: DEFAULT_LEDGER_SHARDS,
    retentionMs: WEEK_MS,
    cleanup: 'delete',
    message: 'kuda.ledger.v1.LedgerCommand',
    description:
      'Every write to the ledger: holds, adjustments, reversals and the rest, each under an id of its own.',
  },
  ledgerEvents: {
    name: 'ledger.events.v1',
    key: 'user id',
    partitions: FEED_PARTITIONS,
    retentionMs: WEEK_MS,
    cleanup: 'delete',
    message: 'kuda.ledger.v1.LedgerRecord',
    description:
      'Every record of the ledger: awards, refusals with reason, balances. The feedback to the platform.',
  },
  ledgerBalances: {
    name: 'ledger.balances.v1',
    key: 'user id',
    partitions: FEED_PARTITIONS,
    retentionMs: -1,
    cleanup: 'compact',
    message: 'kuda.ledger.v1.UserBalance',
    description: 'The latest balances of each user.',
  },
  gpuOrders: {
    name: 'gpu.orders.v1',
    key: 'order id',
    partitions: FEED_PARTITIONS,
    retentionMs: WEEK_MS,
    cleanup: 'delete',
    message: 'kuda.gpu.v1.GpuOrder',
    description: 'Sessions asked of the scheduler.',
  },
  gpuSessions: {
    name: 'gpu.sessions.v1',
    key: 'order id',
    partitions: FEED_PARTITIONS,
    retentionMs: WEEK_MS,
    cleanup: 'delete',
    message: 'kuda.gpu.v1.SessionEvent',
    description: 'What became of each session, with its metered segments.',
  },
  redemptionEvents: {
    name: 'redemption.events.v1',
    key: 'redemption id',
    partitions: FEED_PARTITIONS,
    retentionMs: WEEK_MS,
    cleanup: 'delete',
    message: 'kuda.redemption.v1.RedemptionEvent',
    description: 'Each step of each redemption.',
  },
} as const satisfies Record<string, TopicDeclaration>;

/** Consumer groups that have a dead-letter topic, `<group>.dlq`. */
export const CONSUMER_GROUPS = ['behavior-ingest', 'points-ledger', 'redemption', 'gpu-scheduler'] as const;

export type ConsumerGroup = (typeof CONSUMER_GROUPS)[number];

/** The dead-letter topic of a consumer group: raw bytes, reason and origin in the headers. */
export function deadLetterTopic(group: ConsumerGroup): TopicDeclaration {
  return {
    name: `${group}.dlq`,
    key: 'key of the original record',
    partitions: 1,
    retentionMs: DEAD_LETTER_RETENTION_MS,
    cleanup: 'delete',
    message: 'raw',
    description: `Records that ${group} could not take, as received.`,
  };
}

/** Partition n of these is the input of shard n. */
const SHARD_INPUTS: ReadonlySet<string> = new Set([TOPICS.activityAccepted.name, TOPICS.ledgerCommands.name]);
/** Each partition of these is written by one shard: shard n writes the partitions p with p mod shards = n. */
const SHARD_OUTPUTS: ReadonlySet<string> = new Set([TOPICS.ledgerEvents.name, TOPICS.ledgerBalances.name]);

function forShards(topic: TopicDeclaration, shards: number): TopicDeclaration {
  if (SHARD_INPUTS.has(topic.name)) return { ...topic, partitions: shards };
  if (!SHARD_OUTPUTS.has(topic.name)) return topic;
  return { ...topic, partitions: Math.ceil(topic.partitions / shards) * shards };
}

/** Every topic of the system, dead letters included, for a ledger of so many shards. */
export function allTopics(shards = DEFAULT_LEDGER_SHARDS): readonly TopicDeclaration[] {
  if (!Number.isInteger(shards) || shards < 1 || shards > MAX_LEDGER_SHARDS) {
    throw new RangeError(`a ledger has 1 to ${String(MAX_LEDGER_SHARDS)} shards, not ${String(shards)}`);
  }
  const topics = Object.values(TOPICS).map((topic) => forShards(topic, shards));
  return [...topics, ...CONSUMER_GROUPS.map(deadLetterTopic)];
}
