import { allTopics, create, GpuOrderSchema, toBinary, TOPICS } from '@kuda/contracts';
import { createCommitter, createPool, storedOffsets, systemClock, type SqlPool } from '@kuda/event-store';
import { createKafkaBus, DEAD_LETTER_HEADERS, type BusLogger, type KafkaBus } from '@kuda/messaging';
import { eventually, startKafka, testDatabase, type KafkaServer, type TestDatabase } from '@kuda/testing';
import { Logger } from '@nestjs/common';
import { migrate, SERVICE_NAME } from '../scheduler.runtime';
import { SessionPolicy } from '../sessions/session.policy';
import { OrderConsumer } from './order.consumer';
import { OrderLetters } from './order-letters';
import { PlaceOrderHandler } from './place-order.handler';

const PATIENCE = { timeoutMs: 20_000, everyMs: 100 };
const TOPIC = TOPICS.gpuOrders.name;
const LETTERS = `${SERVICE_NAME}.dlq`;
const KEY = 'one-partition';
const nothing = (): void => undefined;
const SILENT: BusLogger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

jest.setTimeout(60_000);

/** One life of a process: the consumer of orders on its log, without a cluster. */
interface Life {
  readonly fatal: readonly Error[];
  /** Ends the writer behind its next append, before anybody is answered. */
  endBehindAppend(): void;
  end(): Promise<void>;
}

async function beginLife(bus: KafkaBus, pool: SqlPool): Promise<Life> {
  const fatal: Error[] = [];
  const onFatal = (error: Error): void => void fatal.push(error);
  let ending = false;
  const letters = new OrderLetters();
  const committer = createCommitter({
    pool,
    policy: new SessionPolicy(),
    clock: systemClock,
    owner: 'test',
    onFatal,
    onFault: letters.onFault,
    onPoint: (point) => {
      if (ending && point === 'committer.appended') throw new Error('the process ends');
    },
  });
  await committer.start();
  const orders = new OrderConsumer(new PlaceOrderHandler(committer, { wake: nothing }), letters, committer);
  const consumer = bus.consumer({
    groupId: SERVICE_NAME,
    topics: [TOPIC],
    offsets: storedOffsets(pool),
    handlerOf: () => (batch) => orders.take(batch),
    onFatal,
  });
  await consumer.start();
  return {
    fatal,
    endBehindAppend: () => (ending = true),
    end: async () => {
      await consumer.close();
      await committer.stop();
    },
  };
}

describe('dead letters of the scheduler', () => {
  let kafka: KafkaServer;
  let database: TestDatabase;
  let bus: KafkaBus;
  let pool: SqlPool;
  let life: Life;
  let closeReader = (): Promise<void> => Promise.resolve();
  const letters: string[] = [];

  beforeAll(async () => {
    Logger.overrideLogger(false);
    kafka = await startKafka();
    database = await testDatabase();
    bus = createKafkaBus({ clientId: 'test', brokers: [kafka.brokers], logger: SILENT });
    await bus.ensureTopics(allTopics().filter(({ name }) => name === TOPIC || name === LETTERS));
    await migrate({ DATABASE_URL: database.appUrl, DATABASE_MIGRATION_URL: database.ownerUrl });
    pool = createPool(database.appUrl, { applicationName: 'test' });
    const reader = bus.consumer({
      groupId: 'letter-reader',
      topics: [LETTERS],
      offsets: { nextOffset: () => Promise.resolve(0n) },
      handlerOf: () => (batch) => {
        for (const { headers } of batch.messages) {
          const { [DEAD_LETTER_HEADERS.offset]: offset, [DEAD_LETTER_HEADERS.code]: code } = headers;
          letters.push(`${String(offset)} ${String(code)}`);
        }
        return Promise.resolve();
      },
      onFatal: nothing,
    });
    await reader.start();
    closeReader = () => reader.close();
    life = await beginLife(bus, pool);
  });

  afterAll(async () => {
    await life.end();
    await closeReader();
    await bus.close();
    await pool.end();
    await database.drop();
    await kafka.stop();
  });

  /** PostgreSQL takes no NUL in a text: an order of such a user can be read, decided, and not stored. */
  async function publish(...orders: readonly (readonly [orderId: string, userId: string])[]): Promise<void> {
    const values = orders.map(([orderId, userId]) => {
      const place = { redemptionId: 'r', userId, gpuClass: 't4', gpuCount: 1, durationSeconds: 60n };
      const order = create(GpuOrderSchema, {
        orderId,
        order: { case: 'placeOrder', value: { ...place, image: 'x' } },
      });
      return Buffer.from(toBinary(GpuOrderSchema, order));
    });
    await bus.publisher.publish(values.map((value) => ({ topic: TOPIC, key: KEY, value, headers: {} })));
  }
  const nextOffset = async (): Promise<bigint | undefined> =>
    storedOffsets(pool).nextOffset(TOPIC, await bus.tail.partitionOf(TOPIC, KEY));

  it('are none where nothing is at fault', async () => {
    await publish(['a', 'ada'], ['a', 'ada'], ['b', 'ada']);
    await eventually(async () => expect(await nextOffset()).toBe(3n), PATIENCE);
    expect(letters).toEqual([]);
  });

  it('are one for each fault and for each order of a known id, and the offset moves past them', async () => {
    await publish(['c', 'ada'], ['bad', 'ada\u0000'], ['c', 'ben'], ['d', 'ada']);
    await eventually(async () => expect(await nextOffset()).toBe(7n), PATIENCE);
    await eventually(() => expect(letters).toHaveLength(2), PATIENCE);
    expect(letters.toSorted()).toEqual(['4 KUDA-GPU-1002', '5 KUDA-GPU-1003']);
  });

  it('stand when the process ends right after the append that moves the offset past them', async () => {
    life.endBehindAppend();
    await publish(['worse', 'ada\u0000'], ['e', 'ada']);
    await eventually(() => expect(life.fatal.length).toBeGreaterThan(0), PATIENCE);
    await life.end();
    expect(await nextOffset()).toBe(9n);
    life = await beginLife(bus, pool);
    await publish(['f', 'ada']);
    await eventually(async () => expect(await nextOffset()).toBe(10n), PATIENCE);
    await eventually(() => expect(letters).toHaveLength(3), PATIENCE);
    expect(letters[2]).toBe('7 KUDA-GPU-1002');
  });
});
