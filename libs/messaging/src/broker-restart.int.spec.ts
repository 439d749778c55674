import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, startKafka, type KafkaServer } from '@kuda/testing';
import { createKafkaBus } from './kafka-bus';
import { TransientError } from './ports';
import { aGroup, aTopic, MemoryOffsets, numbered, RecordingLogger } from './test/bus-fixture';

const TEST_LIMIT_MS = 180_000;
const RECORDS = 2_000;
const RECORDS_PER_CALL = 20;
const BETWEEN_CALLS_MS = 30;

/** Publishes all records, a call again when it failed in passing; returns how often that happened. */
async function publishAll(publish: (from: number) => Promise<void>): Promise<number> {
  let repeated = 0;
  for (let from = 0; from < RECORDS;) {
    try {
      await publish(from);
      from += RECORDS_PER_CALL;
      await sleep(BETWEEN_CALLS_MS);
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      repeated += 1;
    }
  }
  return repeated;
}

it(
  'a broker that is killed and comes back under load costs no record and no order',
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'kuda-kafka-'));
    let kafka: KafkaServer = await startKafka({ dataDir });
    const bus = createKafkaBus({
      brokers: [kafka.brokers],
      clientId: 'restart',
      logger: new RecordingLogger(),
    });
    const topic = aTopic();
    const offsets = new MemoryOffsets();
    const seen: number[] = [];
    const fatal: Error[] = [];
    await bus.ensureTopics([topic]);
    const consumer = bus.consumer({
      groupId: aGroup(),
      topics: [topic.name],
      offsets,
      onFatal: (error) => fatal.push(error),
      handlerOf: () => (batch) => {
        seen.push(...batch.messages.map(({ value }) => Number(value?.toString())));
        offsets.store(batch.messages);
        return Promise.resolve();
      },
    });
    try {
      await consumer.start();
      const records = numbered(topic.name, RECORDS);
      const publishing = publishAll((from) =>
        bus.publisher.publish(records.slice(from, from + RECORDS_PER_CALL)),
      );
      await sleep(700);
      process.kill(kafka.pid, 'SIGKILL');
      await kafka.stop();
      await sleep(2_000);
      kafka = await startKafka({ dataDir, port: kafka.port });
      await publishing;
      const missing = (): readonly number[] =>
        records.map((_, index) => index).filter((index) => !seen.includes(index));
      await eventually(
        () =>
          expect({ missing: missing(), fatal, health: consumer.health() }).toMatchObject({
            missing: [],
            fatal: [],
          }),
        {
          timeoutMs: 60_000,
        },
      );
      const firstSeen = [...new Set(seen)];
      expect(firstSeen).toEqual(records.map((_, index) => index));
      expect(fatal).toEqual([]);
      expect(consumer.health().joined).toBe(true);
    } finally {
      await consumer.close();
      await bus.close();
      await kafka.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
  TEST_LIMIT_MS,
);
