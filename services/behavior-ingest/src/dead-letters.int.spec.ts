import { TOPICS } from '@kuda/contracts';
import { storedOffsets } from '@kuda/event-store';
import { DEAD_LETTER_HEADERS, type IncomingMessage } from '@kuda/messaging';
import { eventually, loseAnswer, startKafka, type KafkaServer } from '@kuda/testing';
import { eventKey } from './domain/activity-event';
import { anActivityEvent } from './domain/test/event.builder';
import { IntakePolicy } from './intake/intake.policy';
import { SERVICE_NAME } from './ingest.runtime';
import { ServiceFixture } from './test/service.fixture';

const PATIENCE = { timeoutMs: 20_000, everyMs: 100 };
const TOPIC = TOPICS.activityEvents.name;

jest.setTimeout(60_000);

const event = (id: string): string => anActivityEvent().with({ id, time: new Date().toISOString() }).json();

/** Valid events that intake has no known fault for get one: what is called `bad…` cannot be decided. */
function breakDecisions(): void {
  const decide = Reflect.get(IntakePolicy.prototype, 'decide');
  jest.spyOn(IntakePolicy.prototype, 'decide').mockImplementation(function (this: IntakePolicy, ...given) {
    const [, { command }] = given;
    if (command.type === 'accept' && eventKey(command.event).includes('#bad')) throw new Error('broken');
    return decide.apply(this, given);
  });
}

describe('dead letters of intake', () => {
  let kafka: KafkaServer;
  let service: ServiceFixture;
  const letters: IncomingMessage[] = [];
  let closeReader = (): Promise<void> => Promise.resolve();

  beforeAll(async () => {
    breakDecisions();
    kafka = await startKafka();
    service = await ServiceFixture.create(kafka.brokers);
    await service.start();
    const reader = service.bus.consumer({
      groupId: 'letter-reader',
      topics: [`${SERVICE_NAME}.dlq`],
      offsets: { nextOffset: () => Promise.resolve(0n) },
      handlerOf: () => (batch) => Promise.resolve(void letters.push(...batch.messages)),
      onFatal: () => undefined,
    });
    await reader.start();
    closeReader = () => reader.close();
  });

  afterAll(async () => {
    jest.restoreAllMocks();
    await closeReader();
    await service.end();
    await kafka.stop();
  });

  const nextOffset = async (): Promise<bigint | undefined> => {
    const partition = await service.bus.tail.partitionOf(TOPIC, 'k');
    return storedOffsets(service.runtime.pool).nextOffset(TOPIC, partition);
  };
  const recorded = async (id: string): Promise<number> => {
    const text = `select 1 from log_entry where command_id like '%#${id}'`;
    return (await service.runtime.pool.query(text)).rows.length;
  };

  it('are none where nothing is at fault: neither for an event without sense nor for a repeat', async () => {
    await service.publish(TOPIC, event('a1'), event('a1'), '{"cut');
    await eventually(async () => expect(await nextOffset()).toBe(3n), PATIENCE);
    expect(letters).toEqual([]);
  });

  it('are one for each fault, of the bus alone, and the offset moves past it', async () => {
    await service.publish(TOPIC, event('a2'), event('bad1'), event('a3'), event('bad2'));
    await eventually(async () => expect(await nextOffset()).toBe(7n), PATIENCE);
    const answer = await service.call({ url: '/v1/events', body: event('bad3') });
    expect(answer.json).not.toMatchObject({ accepted: ['bad3'] });
    expect([await recorded('a2'), await recorded('a3'), await recorded('bad1')]).toEqual([1, 1, 0]);
    await eventually(() => expect(letters).toHaveLength(2), PATIENCE);
    expect(letters.map(({ headers }) => headers[DEAD_LETTER_HEADERS.offset])).toEqual(['4', '6']);
  });

  it('stand when the process ends right after the append that moves the offset past them', async () => {
    const bad = event('bad4');
    loseAnswer(service.runtime.pool, 'append_batch');
    await service.publish(TOPIC, bad, event('a4'));
    await eventually(() => expect(service.exits).toEqual([1]), PATIENCE);
    await service.stop();
    await service.start();
    await service.publish(TOPIC, event('a5'));
    await eventually(async () => expect(await nextOffset()).toBe(10n), PATIENCE);
    expect([await recorded('a4'), await recorded('a5')]).toEqual([1, 1]);
    await eventually(() => expect(letters).toHaveLength(3), PATIENCE);
    expect(letters[2]).toMatchObject({
      value: Buffer.from(bad),
      headers: { [DEAD_LETTER_HEADERS.code]: 'KUDA-LOG-1004', [DEAD_LETTER_HEADERS.offset]: '7' },
    });
  });
});
