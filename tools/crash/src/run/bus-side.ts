import { setTimeout as sleep } from 'node:timers/promises';
import type { TopicDeclaration } from '@kuda/contracts';
import { createKafkaBus, type IncomingMessage, type KafkaBus } from '@kuda/messaging';
import type { BusOrder } from '../child/protocol';
import type { RunPlan } from '../plan/run-plan';

export const EVENT_PARTITIONS = 2;
const HOUR_MS = 3_600_000;
const POLL_MS = 5;
/** How long reading the topics back may take: 30 s. */
const MAX_READ_POLLS = 6_000;

function topic(name: string, partitions: number): TopicDeclaration {
  const cleanup = 'delete';
  return {
    name,
    key: 'account',
    partitions,
    retentionMs: HOUR_MS,
    cleanup,
    message: 'raw',
    description: 'of a run',
  };
}

/** The driver's own side of Kafka: makes topics, sends what lives consume, reads what they published. */
export class BusSide {
  private readonly bus: KafkaBus;

  constructor(private readonly brokers: string) {
    const silent = (): void => undefined;
    const logger = { debug: silent, info: silent, warn: silent, error: silent };
    this.bus = createKafkaBus({ brokers: [brokers], clientId: 'crash-driver', logger });
  }

  /** Topics of this run alone; those of the partitions are filled. */
  async prepare(plan: RunPlan, name: string): Promise<BusOrder> {
    const fed = plan.bus === 'through' ? plan.feeds.filter(({ from }) => from === 'partition') : [];
    const inputs = fed.map((feed) => ({ feed, topic: `${name}.${feed.name}` }));
    const [events, balances] = [`${name}.events`, `${name}.balances`];
    await this.bus.ensureTopics([
      topic(events, EVENT_PARTITIONS),
      topic(balances, 1),
      ...inputs.map((input) => topic(input.topic, 1)),
    ]);
    // What a record says is known by its offset: lives take the item from the feed.
    await this.bus.publisher.publish(
      inputs.flatMap((input) =>
        input.feed.items.map((_, offset) => ({
          topic: input.topic,
          key: input.feed.name,
          value: Buffer.from(String(offset)),
          headers: {},
        })),
      ),
    );
    return {
      brokers: this.brokers,
      events,
      balances,
      inputs: Object.fromEntries(inputs.map((input) => [input.topic, input.feed.name])),
      groupId: `${name}.group`,
    };
  }

  /** Every record of the topics, in the order of each partition. */
  async readAll(order: BusOrder): Promise<readonly IncomingMessage[]> {
    const topics = [order.events, order.balances];
    const ends = await this.bus.lag(topics, { nextOffset: () => Promise.resolve(undefined) });
    const wanted = ends.reduce((sum, { end }) => sum + Number(end), 0);
    const records: IncomingMessage[] = [];
    const failures: Error[] = [];
    const consumer = this.bus.consumer({
      groupId: `${order.groupId}.check`,
      topics,
      offsets: { nextOffset: () => Promise.resolve(0n) },
      onFatal: (error) => failures.push(error),
      handlerOf: () => (batch) => {
        records.push(...batch.messages);
        return Promise.resolve();
      },
    });
    await consumer.start();
    for (let polls = 0; records.length < wanted; polls += 1) {
      if (failures[0] !== undefined) throw failures[0];
      if (polls === MAX_READ_POLLS)
        throw new Error(`read ${String(records.length)} of ${String(wanted)} records`);
      await sleep(POLL_MS);
    }
    await consumer.close();
    return records;
  }

  close(): Promise<void> {
    return this.bus.close();
  }
}
