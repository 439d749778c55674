import * as contracts from './index';
import { allTopics, CONSUMER_GROUPS, deadLetterTopic, TOPICS } from './topics';

describe('the topic catalogue', () => {
  it('names every topic once', () => {
    const names = allTopics().map((topic) => topic.name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('names a topic <context>.<noun>.v<N>, and dead letters by their group', () => {
    for (const topic of Object.values(TOPICS)) expect(topic.name).toMatch(/^[a-z]+\.[a-z]+\.v\d+$/);
    for (const group of CONSUMER_GROUPS) expect(deadLetterTopic(group).name).toBe(`${group}.dlq`);
  });

  it('keeps both inputs of the ledger on the same number of partitions, so that a user has one shard', () => {
    expect(TOPICS.activityAccepted.partitions).toBe(TOPICS.ledgerCommands.partitions);
  });

  it.each([1, 2, 3, 4, 6, 7, 16])(
    'gives a ledger of %i shards inputs of its own, and outputs that no two share',
    (shards) => {
      const partitions = new Map(allTopics(shards).map((topic) => [topic.name, topic.partitions]));
      expect(partitions.get(TOPICS.activityAccepted.name)).toBe(shards);
      expect(partitions.get(TOPICS.ledgerCommands.name)).toBe(shards);
      for (const { name } of [TOPICS.ledgerEvents, TOPICS.ledgerBalances])
        expect((partitions.get(name) ?? 1) % shards).toBe(0);
      expect(partitions.get(TOPICS.gpuOrders.name)).toBe(TOPICS.gpuOrders.partitions);
    },
  );

  it.each([0, 1.5, 65])('refuses %p shards', (shards) => {
    expect(() => allTopics(shards)).toThrow(RangeError);
  });

  it('keeps the past in one partition, so that file order is decision order', () => {
    expect(TOPICS.activityBackfill.partitions).toBe(1);
  });

  it('refers to messages that exist', () => {
    const known = Object.values(contracts).flatMap((value) =>
      typeof value === 'object' && 'typeName' in value ? [value.typeName] : [],
    );
    for (const topic of Object.values(TOPICS)) {
      if (topic.message !== 'json') expect(known).toContain(topic.message);
    }
  });
});
