import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import { toDeadLetter } from '../dead-letter';
import type { MessageBatch, MessagePublisher } from '../ports';
import { toIncoming } from './chunk';

interface BatchSource {
  readonly payload: EachBatchPayload;
  readonly chunk: readonly KafkaMessage[];
  readonly isStale: () => boolean;
  readonly publisher: MessagePublisher;
  readonly groupId: string;
}

/** What a handler gets for one chunk. */
export function toMessageBatch({ payload, chunk, isStale, publisher, groupId }: BatchSource): MessageBatch {
  const { topic, partition } = payload.batch;
  return {
    topic,
    partition,
    messages: chunk.map((record) => toIncoming(topic, partition, record)),
    isStale,
    deadLetter: (message, code, detail) =>
      publisher.publish([toDeadLetter(`${groupId}.dlq`, message, code, detail)]),
  };
}

/** A topic without a handler: nothing is skipped in silence. */
export async function deadLetterAll(batch: MessageBatch): Promise<void> {
  for (const message of batch.messages)
    await batch.deadLetter(message, 'KUDA-BUS-1004', `no handler for ${batch.topic}`);
}
