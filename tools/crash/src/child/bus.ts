import { setTimeout as sleep } from 'node:timers/promises';
import type { RelayPublisher, RelayRecord, RelayTail, SqlPool, StoredEntry } from '@kuda/event-store';
import { storedOffsets } from '@kuda/event-store';
import type { Feed } from '../plan/workload';
import type { BusOrder } from './protocol';
import type { Sender } from './sender';

const POLL_MS = 5;

/** The bus of one life. */
export interface LifeBus {
  readonly publisher: RelayPublisher;
  readonly tail: RelayTail;
  /** Consumes the input topics until every item of their feeds is dealt with. */
  consume(feeds: readonly Feed[], sender: Sender, onFatal: (error: Error) => void): Promise<void>;
  close(): Promise<void>;
}

/** The log's records: every entry as an event, and the last one of each account. */
export function recordsOf(
  order: Pick<BusOrder, 'events' | 'balances'>,
  entry: StoredEntry,
): readonly RelayRecord[] {
  const record = { key: entry.streamId ?? '', value: entry.payload, headers: { ce_id: entry.commandId } };
  return [
    { topic: order.events, ...record },
    { topic: order.balances, ...record },
  ];
}

/** Loads the Kafka client only where a life needs it: it takes longer than the rest of the process. */
export async function openBus(order: BusOrder, pool: SqlPool): Promise<LifeBus> {
  const { createKafkaBus } = await import('@kuda/messaging');
  const silent = (): void => undefined;
  const logger = { debug: silent, info: silent, warn: silent, error: silent };
  const bus = createKafkaBus({ brokers: [order.brokers], clientId: 'crash', logger });
  const offsets = storedOffsets(pool);
  const topics = Object.keys(order.inputs);
  return {
    publisher: bus.publisher,
    tail: bus.tail,
    consume: async (feeds, sender, onFatal) => {
      const feedOf = new Map(
        topics.map((topic) => [topic, feeds.find(({ name }) => name === order.inputs[topic])]),
      );
      const dealt = new Map(topics.map((topic) => [topic, 0]));
      const consumer = bus.consumer({
        groupId: order.groupId,
        topics,
        offsets: {
          nextOffset: async (topic) => {
            const next = await offsets.nextOffset(order.inputs[topic] ?? topic, 0);
            dealt.set(topic, Number(next ?? 0n));
            return next;
          },
        },
        onFatal,
        handlerOf: (topic) => async (batch) => {
          const feed = feedOf.get(topic);
          const first = Number(batch.messages[0]?.offset ?? 0n);
          if (feed === undefined) throw new Error(`no feed for ${topic}`);
          await sender.send({ feed, first, items: feed.items.slice(first, first + batch.messages.length) });
          dealt.set(topic, first + batch.messages.length);
        },
        maxChunk: 12,
      });
      await consumer.start();
      const open = (): boolean =>
        topics.some((topic) => (dealt.get(topic) ?? 0) < (feedOf.get(topic)?.items.length ?? 0));
      while (open()) await sleep(POLL_MS);
      await consumer.close();
    },
    close: () => bus.close(),
  };
}
