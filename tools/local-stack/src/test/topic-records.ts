import type { IncomingMessage } from '@kuda/messaging';
import { eventually } from '@kuda/testing';
import { randomUUID } from 'node:crypto';
import { connectBus } from '../stack/publisher';

const READ_LIMIT_MS = 60_000;

/** Reads a topic from its first record until `enough`; in offset order within each partition. */
export async function readTopic(
  brokers: string,
  topic: string,
  enough: (messages: readonly IncomingMessage[]) => boolean,
): Promise<readonly IncomingMessage[]> {
  const bus = connectBus(brokers);
  const messages: IncomingMessage[] = [];
  let failure: Error | undefined;
  const consumer = bus.consumer({
    groupId: `e2e.${randomUUID()}`,
    topics: [topic],
    offsets: { nextOffset: () => Promise.resolve(undefined) },
    handlerOf: () => (batch) => {
      messages.push(...batch.messages);
      return Promise.resolve();
    },
    onFatal: (error) => {
      failure = error;
    },
  });
  await consumer.start();
  try {
    await eventually(
      () => {
        if (failure !== undefined) throw failure;
        return enough(messages);
      },
      { timeoutMs: READ_LIMIT_MS, everyMs: 100 },
    );
    return messages;
  } finally {
    await consumer.close();
    await bus.close();
  }
}
