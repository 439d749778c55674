import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IncomingMessage, KafkaBatchConsumer, KafkaBus } from '@kuda/messaging';
import { LOAD_LIMIT_MS, LOAD_POLL_MS } from './limits';

export interface FeedOptions {
  readonly bus: KafkaBus;
  readonly clientId: string;
  readonly topic: string;
  /** How far before the end of each partition to begin; undefined: at the start. */
  readonly backtrack?: bigint;
  readonly take: (message: IncomingMessage) => void;
  readonly onFatal: (error: Error) => void;
}

/** Reads one topic from a place of its own choice; Kafka's offsets play no part. */
export class FeedReader {
  /** The next offset to read, by partition. */
  private readonly next = new Map<number, bigint>();
  private readonly consumer: KafkaBatchConsumer;
  private readonly ends = new Map<number, bigint>();
  private closed = false;

  constructor(private readonly options: FeedOptions) {
    const { bus, clientId, topic, take } = options;
    this.consumer = bus.consumer({
      groupId: `${clientId}.${randomUUID()}`,
      topics: [topic],
      offsets: { nextOffset: (_, partition) => Promise.resolve(this.next.get(partition)) },
      handlerOf: () => (batch) => {
        for (const message of batch.messages) {
          take(message);
          this.next.set(batch.partition, message.offset + 1n);
        }
        return Promise.resolve();
      },
      onFatal: options.onFatal,
    });
  }

  /** Looks where the topic's partitions begin and end now; reads nothing yet. */
  async place(): Promise<void> {
    const { bus, topic, backtrack } = this.options;
    const fromTheStart = { nextOffset: () => Promise.resolve(undefined) };
    for (const { partition, next: low, end } of await bus.lag([topic], fromTheStart)) {
      const back = backtrack === undefined ? low : end - backtrack;
      this.next.set(partition, back > low ? back : low);
      this.ends.set(partition, end);
    }
  }

  /** Begins to read where `place` has looked. */
  start(): Promise<void> {
    return this.consumer.start();
  }

  /** Offset at which the partition ended when `place` looked. */
  endOf(partition: number): bigint {
    return this.ends.get(partition) ?? 0n;
  }

  /**
   * Waits until everything that stood on the topic when `place` looked has been taken. Compaction never takes the
   * last record of a partition, so that reading it is the sign.
   */
  async caughtUp(): Promise<void> {
    const deadline = Date.now() + LOAD_LIMIT_MS;
    while (!this.isCaughtUp()) {
      if (this.closed) throw new Error('closed while it was read');
      if (Date.now() > deadline) throw new Error(`${this.options.topic} could not be read to its end`);
      await sleep(LOAD_POLL_MS);
    }
  }

  private isCaughtUp(): boolean {
    return [...this.ends].every(([partition, end]) => (this.next.get(partition) ?? 0n) >= end);
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.consumer.close();
  }
}
