import { setTimeout as sleep } from 'node:timers/promises';
import type { TopicDeclaration } from '@kuda/contracts';
import { ConfigResourceTypes, type DescribeConfigResponse } from 'kafkajs';
import { BusError } from '../error-codes';
import type { KafkaAdmin } from './kafka.admin';

/** The client can read gzip and nothing else; `uncompressed` makes the broker unpack what foreign producers send. */
const READABLE_COMPRESSION: ReadonlySet<string> = new Set(['uncompressed', 'gzip']);
/** A rejected input of up to 1 MiB travels with its envelope. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
const CREATE_LIMIT_MS = 30_000;
const LEADER_POLL_MS = 50;

/** What became of `ensureTopics`. */
export interface EnsuredTopics {
  readonly created: readonly string[];
  readonly existing: readonly string[];
}

function settingsOf(topic: TopicDeclaration): { name: string; value: string }[] {
  return [
    { name: 'cleanup.policy', value: topic.cleanup },
    { name: 'retention.ms', value: String(topic.retentionMs) },
    { name: 'compression.type', value: 'uncompressed' },
    { name: 'max.message.bytes', value: String(MAX_MESSAGE_BYTES) },
  ];
}

/** What is wrong with an existing topic, in words. */
export function differences(
  topic: TopicDeclaration,
  partitions: number,
  settings: ReadonlyMap<string, string>,
): string[] {
  const found: string[] = [];
  if (partitions !== topic.partitions) {
    found.push(`${topic.name} has ${String(partitions)} partitions, not ${String(topic.partitions)}`);
  }
  const cleanup = settings.get('cleanup.policy');
  if (cleanup !== topic.cleanup)
    found.push(`${topic.name} has cleanup.policy ${cleanup ?? '?'}, not ${topic.cleanup}`);
  const compression = settings.get('compression.type');
  if (compression === undefined || !READABLE_COMPRESSION.has(compression)) {
    found.push(`${topic.name} has compression.type ${compression ?? '?'}, not uncompressed or gzip`);
  }
  return found;
}

function settingsIn(response: DescribeConfigResponse, topic: string): ReadonlyMap<string, string> {
  const resource = response.resources.find(({ resourceName }) => resourceName === topic);
  return new Map(
    resource?.configEntries.map(({ configName, configValue }) => [configName, configValue]) ?? [],
  );
}

async function differencesOf(
  admin: KafkaAdmin,
  topics: readonly TopicDeclaration[],
): Promise<readonly string[]> {
  if (topics.length === 0) return [];
  const names = topics.map(({ name }) => name);
  const { topics: metadata } = await admin.with((connected) =>
    connected.fetchTopicMetadata({ topics: names }),
  );
  const resources = names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name }));
  const settings = await admin.with((connected) =>
    connected.describeConfigs({ includeSynonyms: false, resources }),
  );
  return topics.flatMap((topic) => {
    const partitions = metadata.find(({ name }) => name === topic.name)?.partitions.length ?? 0;
    return differences(topic, partitions, settingsIn(settings, topic.name));
  });
}

/** A new topic can be used a moment later: first its brokers must know it and lead its partitions. */
async function waitForLeaders(admin: KafkaAdmin, names: readonly string[]): Promise<void> {
  const deadline = Date.now() + CREATE_LIMIT_MS;
  for (const name of names) {
    for (;;) {
      try {
        // Only a leader answers this.
        await admin.with((connected) => connected.fetchTopicOffsets(name));
        break;
      } catch (error) {
        if (Date.now() >= deadline) throw error;
      }
      await sleep(LEADER_POLL_MS);
    }
  }
}

/**
 * Creates the topics that are missing and checks the others against their declarations.
 * Throws `BusError` KUDA-BUS-1003 naming every difference.
 */
export async function ensureTopics(
  admin: KafkaAdmin,
  topics: readonly TopicDeclaration[],
): Promise<EnsuredTopics> {
  const existing = new Set(await admin.with((connected) => connected.listTopics()));
  const missing = topics.filter(({ name }) => !existing.has(name));
  const known = topics.filter(({ name }) => existing.has(name));
  const found = await differencesOf(admin, known);
  if (found.length > 0) throw new BusError('KUDA-BUS-1003', found.join('; '));
  const toCreate = missing.map((topic) => ({
    topic: topic.name,
    numPartitions: topic.partitions,
    configEntries: settingsOf(topic),
  }));
  if (toCreate.length > 0) {
    const request = { waitForLeaders: false, timeout: CREATE_LIMIT_MS, topics: toCreate };
    await admin.with((connected) => connected.createTopics(request));
    await waitForLeaders(
      admin,
      missing.map(({ name }) => name),
    );
  }
  return { created: missing.map(({ name }) => name), existing: known.map(({ name }) => name) };
}
