import type { BusLogger, IncomingMessage, KafkaBus, OffsetStore } from '@kuda/messaging';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandEnd, EXIT } from './exit-code';

export interface TopicReading {
  readonly brokers: string;
  readonly topic: string;
  /** How many records of the past to begin with, at most, per partition. */
  readonly backlog: number;
  /** End when nothing has come for so long, in milliseconds. */
  readonly idleMs: number;
  /** Gets each record; false ends the reading. */
  take(message: IncomingMessage): boolean;
}

const IDLE_CHECK_MS = 50;

const silent: BusLogger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {
  // What the client retries by itself is no news here; what it gives up on is thrown.
}

/** Reads the end of a topic and what comes after, until `take` has enough or nothing comes for a while. */
export async function readTopic(reading: TopicReading): Promise<void> {
  // Loaded here only: the other commands start faster without a Kafka client.
  const { createKafkaBus } = await import('@kuda/messaging');
  const bus = createKafkaBus({ brokers: reading.brokers.split(','), clientId: 'kuda-cli', logger: silent });
  try {
    await consume(bus, reading);
  } catch (error) {
    if (error instanceof CommandEnd) throw error;
    const text = error instanceof Error ? error.message : String(error);
    throw new CommandEnd(EXIT.fault, `Kafka on ${reading.brokers} cannot be read: ${text}`);
  } finally {
    await bus.close();
  }
}

async function consume(bus: KafkaBus, reading: TopicReading): Promise<void> {
  const starts = await startOffsets(bus, reading);
  let wanted = true;
  let lastAt = Date.now();
  let failure: Error | undefined;
  const consumer = bus.consumer({
    groupId: `kuda-cli.${randomUUID()}`,
    topics: [reading.topic],
    offsets: starts,
    handlerOf: () => (batch) => {
      for (const message of batch.messages) wanted &&= reading.take(message);
      lastAt = Date.now();
      return Promise.resolve();
    },
    onFatal: (error) => {
      failure = error;
    },
  });
  await consumer.start();
  try {
    while (!isOver(wanted, lastAt, reading.idleMs)) {
      if (failure !== undefined) throw failure;
      await sleep(IDLE_CHECK_MS);
    }
  } finally {
    await consumer.close();
  }
}

function isOver(wanted: boolean, lastAt: number, idleMs: number): boolean {
  return !wanted || Date.now() - lastAt > idleMs;
}

/** The last `backlog` records of each partition; a group of one reading stores nothing. */
async function startOffsets(bus: KafkaBus, { topic, backlog }: TopicReading): Promise<OffsetStore> {
  const fromTheStart: OffsetStore = { nextOffset: () => Promise.resolve(undefined) };
  const lags = await bus.lag([topic], fromTheStart);
  const starts = new Map(
    lags.map(({ partition, next, end }) => [
      partition,
      end - BigInt(backlog) > next ? end - BigInt(backlog) : next,
    ]),
  );
  return { nextOffset: (_topic, partition) => Promise.resolve(starts.get(partition)) };
}
