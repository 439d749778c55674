import { create, SessionEventSchema, toBinary, TOPICS } from '@kuda/contracts';
import { storedOffsets } from '@kuda/event-store';
import { DEAD_LETTER_HEADERS, type OutgoingMessage } from '@kuda/messaging';
import { eventually, loseAnswer, startKafka, type KafkaServer } from '@kuda/testing';
import { ServiceFixture } from './test/service.fixture';

const PATIENCE = { timeoutMs: 20_000, everyMs: 100 };
const TOPIC = TOPICS.gpuSessions.name;
const KEY = 'one-partition';

jest.setTimeout(60_000);

/** PostgreSQL takes no NUL in a text: a session of such an order can be read, decided, and not stored. */
function queued(orderId: string): OutgoingMessage {
  const event = create(SessionEventSchema, {
    orderId,
    redemptionId: '0199aaaa-0000-7000-8000-000000000001',
    userId: 'ada',
    sessionVersion: 1n,
    body: { case: 'sessionQueued', value: {} },
  });
  return { topic: TOPIC, key: KEY, value: Buffer.from(toBinary(SessionEventSchema, event)), headers: {} };
}

describe('dead letters of redemption', () => {
  let kafka: KafkaServer;
  let service: ServiceFixture;

  beforeAll(async () => {
    kafka = await startKafka();
    service = await ServiceFixture.create(kafka.brokers);
    await service.start();
  });

  afterAll(async () => {
    await service.end();
    await kafka.stop();
  });

  const publish = (...orderIds: readonly string[]): Promise<void> =>
    service.bus.publisher.publish(orderIds.map((orderId) => queued(orderId)));
  const nextOffset = async (): Promise<bigint | undefined> => {
    const partition = await service.bus.tail.partitionOf(TOPIC, KEY);
    return storedOffsets(service.runtime.pool).nextOffset(TOPIC, partition);
  };
  const recorded = async (): Promise<readonly string[]> => {
    const text = 'select command_id as id from log_entry order by position';
    return (await service.runtime.pool.query<{ id: string }>(text)).rows.map(({ id }) => id);
  };
  const letters = () => service.deadLetters().map(({ headers }) => headers[DEAD_LETTER_HEADERS.offset]);

  it('are none where nothing is at fault', async () => {
    await publish('a', 'a', 'b');
    await eventually(async () => expect(await nextOffset()).toBe(3n), PATIENCE);
    expect(letters()).toEqual([]);
  });

  it('are one for each fault, and the offset moves past it', async () => {
    await publish('c', 'bad\u0000', 'd', 'bad\u0000');
    await eventually(async () => expect(await nextOffset()).toBe(7n), PATIENCE);
    expect(await recorded()).toEqual(['a', 'b', 'c', 'd'].map((id) => `session:${id}/1`));
    await eventually(() => expect(letters()).toEqual(['4', '6']), PATIENCE);
  });

  it('stand when the process ends right after the append that moves the offset past them', async () => {
    loseAnswer(service.runtime.pool, 'append_batch');
    await publish('bad\u0000', 'e');
    await eventually(() => expect(service.exits).toEqual([1]), PATIENCE);
    await service.stop();
    await service.start();
    await publish('f');
    await eventually(async () => expect(await nextOffset()).toBe(10n), PATIENCE);
    expect((await recorded()).slice(-2)).toEqual(['session:e/1', 'session:f/1']);
    await eventually(() => expect(letters()).toEqual(['4', '6', '7']), PATIENCE);
    expect(service.deadLetters().at(-1)).toMatchObject({ value: queued('bad\u0000').value });
  });
});
