import { eventually, testKafka } from '@kuda/testing';
import { createKafkaBus, type KafkaBus } from './kafka-bus';
import type { BatchConsumerOptions } from './consumer/batch-consumer.options';
import type { KafkaBatchConsumer } from './consumer/kafka.batch-consumer';
import { DEAD_LETTER_HEADERS } from './dead-letter';
import { FencedError, TransientError, type IncomingMessage, type MessageBatch } from './ports';
import {
  aGroup,
  aTopic,
  BUS_TEST_LIMIT_MS,
  deadLettersOf,
  MemoryOffsets,
  numbered,
  RecordingLogger,
} from './test/bus-fixture';

jest.setTimeout(BUS_TEST_LIMIT_MS);

let bus: KafkaBus;
let running: KafkaBatchConsumer[] = [];

beforeAll(async () => {
  const { brokers } = await testKafka();
  bus = createKafkaBus({ brokers: [brokers], clientId: 'bus-test', logger: new RecordingLogger() });
});

afterEach(async () => {
  await Promise.all(running.map((consumer) => consumer.close()));
  running = [];
});

afterAll(() => bus.close());

type Options = Partial<BatchConsumerOptions> & { readonly handler: (batch: MessageBatch) => Promise<void> };

async function consume(topics: readonly string[], options: Options): Promise<KafkaBatchConsumer> {
  const consumer = bus.consumer({
    groupId: aGroup(),
    topics,
    handlerOf: () => options.handler,
    offsets: new MemoryOffsets(),
    onFatal: (error) => {
      throw error;
    },
    ...options,
  });
  running.push(consumer);
  await consumer.start();
  return consumer;
}

function textsOf(messages: readonly IncomingMessage[]): string[] {
  return messages.map(({ value }) => value?.toString() ?? 'null');
}

function range(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => String(from + index));
}

describe('publishing and consuming', () => {
  it('keeps the order, the chunk bound, keys, headers and bytes', async () => {
    const topic = aTopic();
    await bus.ensureTopics([topic]);
    const bytes = Buffer.from([0, 255, 254, 10, 0, 128]);
    await bus.publisher.publish([
      { topic: topic.name, key: 'naïve-ключ', value: bytes, headers: { ce_id: 'ünïcode' } },
      { topic: topic.name, key: 'gone', value: null, headers: {} },
      ...numbered(topic.name, 998),
    ]);
    const sizes: number[] = [];
    const seen: IncomingMessage[] = [];
    await consume([topic.name], {
      handler: ({ messages }) => {
        sizes.push(messages.length);
        seen.push(...messages);
        return Promise.resolve();
      },
    });
    await eventually(() => seen.length >= 1000);
    expect(seen[0]).toMatchObject({
      key: 'naïve-ключ',
      value: bytes,
      headers: { ce_id: 'ünïcode' },
      offset: 0n,
    });
    expect(seen[1]?.value).toBeNull();
    expect(textsOf(seen.slice(2))).toEqual(range(0, 998));
    expect(Math.max(...sizes)).toBe(500);
  });

  it('goes on at the stored offset, whatever Kafka itself remembers', async () => {
    const topic = aTopic();
    await bus.ensureTopics([topic]);
    await bus.publisher.publish(numbered(topic.name, 100));
    const groupId = aGroup();
    const offsets = new MemoryOffsets();
    const first: string[] = [];
    const reading = await consume([topic.name], {
      groupId,
      offsets,
      handler: ({ messages }) => {
        first.push(...textsOf(messages));
        return Promise.resolve();
      },
    });
    await eventually(() => first.length === 100);
    await reading.close();
    offsets.set(topic.name, 0, 40n);
    const second: string[] = [];
    await consume([topic.name], {
      groupId,
      offsets,
      handler: ({ messages }) => {
        second.push(...textsOf(messages));
        return Promise.resolve();
      },
    });
    await eventually(() => second.length === 60);
    expect(second).toEqual(range(40, 100));
  });

  it('ends the process when the stored offset lies beyond the topic', async () => {
    const topic = aTopic();
    await bus.ensureTopics([topic]);
    const offsets = new MemoryOffsets();
    offsets.set(topic.name, 0, 5n);
    const fatal: Error[] = [];
    await consume([topic.name], {
      offsets,
      onFatal: (error) => fatal.push(error),
      handler: () => Promise.resolve(),
    });
    await eventually(() => fatal.length === 1);
    expect(fatal[0]).toMatchObject({ code: 'KUDA-BUS-1006' });
  });
});

describe('failures', () => {
  it('tries a transient failure again, with the same records, without loss or reordering', async () => {
    const topic = aTopic(2);
    await bus.ensureTopics([topic]);
    await bus.publisher.publish([...numbered(topic.name, 50, 'a'), ...numbered(topic.name, 50, 'b')]);
    const seen = new Map<number, string[]>();
    let failures = 0;
    await consume([topic.name], {
      maxChunk: 20,
      handler: ({ partition, messages }) => {
        if (messages[0]?.offset === 20n && failures < 3) {
          failures += 1;
          return Promise.reject(new TransientError('the database is away'));
        }
        seen.set(partition, [...(seen.get(partition) ?? []), ...textsOf(messages)]);
        return Promise.resolve();
      },
    });
    await eventually(() => [...seen.values()].flat().length >= 100);
    expect(failures).toBe(3);
    for (const texts of seen.values())
      expect(texts).toEqual(texts.length === 100 ? [...range(0, 50), ...range(0, 50)] : range(0, 50));
  });

  it('puts a poisoned record aside with reason and origin, and the next one goes on', async () => {
    const topic = aTopic();
    const groupId = aGroup();
    const dead = deadLettersOf(groupId);
    await bus.ensureTopics([topic, dead]);
    const poison = Buffer.from([1, 0, 255]);
    await bus.publisher.publish([
      { topic: topic.name, key: 'user-1', value: poison, headers: { ce_id: 'bad' } },
      ...numbered(topic.name, 1),
    ]);
    const good: string[] = [];
    await consume([topic.name], {
      groupId,
      handler: async (batch) => {
        for (const message of batch.messages) {
          if (message.headers['ce_id'] === 'bad')
            await batch.deadLetter(message, 'KUDA-TEST-1', 'cannot be decoded');
          else good.push(...textsOf([message]));
        }
      },
    });
    const letters: IncomingMessage[] = [];
    await consume([dead.name], {
      handler: ({ messages }) => {
        letters.push(...messages);
        return Promise.resolve();
      },
    });
    await eventually(() => letters.length === 1 && good.length === 1);
    expect(letters[0]).toMatchObject({
      key: 'user-1',
      value: poison,
      headers: {
        [DEAD_LETTER_HEADERS.code]: 'KUDA-TEST-1',
        [DEAD_LETTER_HEADERS.detail]: 'cannot be decoded',
        [DEAD_LETTER_HEADERS.topic]: topic.name,
        [DEAD_LETTER_HEADERS.partition]: '0',
        [DEAD_LETTER_HEADERS.offset]: '0',
        'kuda-original-ce_id': 'bad',
      },
    });
  });

  it('puts records of a topic without a handler aside', async () => {
    const topic = aTopic();
    const groupId = aGroup();
    const dead = deadLettersOf(groupId);
    await bus.ensureTopics([topic, dead]);
    await bus.publisher.publish(numbered(topic.name, 3));
    await consume([topic.name], { groupId, handlerOf: () => undefined, handler: () => Promise.resolve() });
    const letters: IncomingMessage[] = [];
    await consume([dead.name], {
      handler: ({ messages }) => {
        letters.push(...messages);
        return Promise.resolve();
      },
    });
    await eventually(() => letters.length === 3);
    expect(letters.map(({ headers }) => headers[DEAD_LETTER_HEADERS.code])).toEqual(
      Array(3).fill('KUDA-BUS-1004'),
    );
  });

  it('ends the process when it is fenced, and hands out nothing more', async () => {
    const topic = aTopic();
    await bus.ensureTopics([topic]);
    await bus.publisher.publish(numbered(topic.name, 10));
    const fatal: Error[] = [];
    let calls = 0;
    await consume([topic.name], {
      maxChunk: 2,
      onFatal: (error) => fatal.push(error),
      handler: () => {
        calls += 1;
        return Promise.reject(new FencedError('another owner'));
      },
    });
    await eventually(() => fatal.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(calls).toBe(1);
    expect(fatal).toHaveLength(1);
    expect(fatal[0]).toMatchObject({ name: 'FencedError' });
  });
});

describe('stopping', () => {
  it('finishes the call under way, hands out nothing more and loses nothing', async () => {
    const topic = aTopic();
    await bus.ensureTopics([topic]);
    await bus.publisher.publish(numbered(topic.name, 30));
    const groupId = aGroup();
    const offsets = new MemoryOffsets();
    const seen: string[] = [];
    const release: (() => void)[] = [];
    const first = await consume([topic.name], {
      groupId,
      offsets,
      maxChunk: 10,
      handler: async ({ messages }) => {
        await new Promise<void>((resolve) => release.push(resolve));
        seen.push(...textsOf(messages));
        offsets.store(messages);
      },
    });
    await eventually(() => release.length === 1);
    first.stopIntake();
    expect(await first.drain(50)).toBe(false);
    release[0]?.();
    expect(await first.drain(1000)).toBe(true);
    await first.close();
    expect(seen).toEqual(range(0, 10));
    await consume([topic.name], {
      groupId,
      offsets,
      handler: ({ messages }) => {
        seen.push(...textsOf(messages));
        return Promise.resolve();
      },
    });
    await eventually(() => seen.length === 30);
    expect(seen).toEqual(range(0, 30));
  });
});

describe('the tail of a topic', () => {
  it('gives the last header of each partition, and nothing for an empty one', async () => {
    const topic = aTopic(4);
    await bus.ensureTopics([topic]);
    expect(await bus.tail.lastHeader(topic.name, 'kuda-position')).toEqual(new Map());
    const one = await bus.tail.partitionOf(topic.name, 'user-1');
    const other = await bus.tail.partitionOf(topic.name, 'user-3');
    expect(one).not.toBe(other);
    const at = (key: string, position: string): Parameters<typeof bus.publisher.publish>[0][number] => ({
      topic: topic.name,
      key,
      value: Buffer.from('x'),
      headers: { 'kuda-position': position },
    });
    await bus.publisher.publish([at('user-1', '1'), at('user-3', '2'), at('user-1', '3')]);
    expect(await bus.tail.lastHeader(topic.name, 'kuda-position')).toEqual(
      new Map([
        [one, '3'],
        [other, '2'],
      ]),
    );
  });

  it('counts the lag by the stored offsets', async () => {
    const topic = aTopic();
    await bus.ensureTopics([topic]);
    await bus.publisher.publish(numbered(topic.name, 10));
    const offsets = new MemoryOffsets();
    offsets.set(topic.name, 0, 4n);
    expect(await bus.lag([topic.name], offsets)).toEqual([
      { topic: topic.name, partition: 0, next: 4n, end: 10n, lag: 6n },
    ]);
  });
});

describe('topics', () => {
  it('names every difference between an existing topic and its declaration', async () => {
    const topic = aTopic(2);
    expect((await bus.ensureTopics([topic])).created).toEqual([topic.name]);
    expect((await bus.ensureTopics([topic])).existing).toEqual([topic.name]);
    const wrong = bus.ensureTopics([{ ...topic, partitions: 3, cleanup: 'compact' }]);
    await expect(wrong).rejects.toThrow(
      /KUDA-BUS-1003 .*has 2 partitions, not 3; .*cleanup.policy delete, not compact/,
    );
  });

  it('are not created by subscribing', async () => {
    const missing = consume(['no.such.topic.v1'], { handler: () => Promise.resolve() });
    await expect(missing).rejects.toThrow('KUDA-BUS-1002');
  });
});
