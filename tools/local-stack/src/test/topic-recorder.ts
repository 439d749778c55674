import { randomUUID } from 'node:crypto';
import {
  createKafkaBus,
  POSITION_HEADER,
  VERSION_HEADER,
  type IncomingMessage,
  type KafkaBatchConsumer,
  type KafkaBus,
} from '@kuda/messaging';

/** What the test needs of one record. */
export interface RecordedMark {
  readonly key: string;
  readonly partition: number;
  readonly position: bigint;
  /** Account version; 0 where the topic has none. */
  readonly version: bigint;
}

const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Reads topics from their start and keeps the coordinates of every record, as any consumer outside would see them. */
export class TopicRecorder {
  private readonly marks = new Map<string, RecordedMark[]>();

  private constructor(
    private readonly bus: KafkaBus,
    private readonly consumer: KafkaBatchConsumer,
  ) {}

  static async start(brokers: string, topics: readonly string[]): Promise<TopicRecorder> {
    const bus = createKafkaBus({ brokers: brokers.split(','), clientId: 'recorder', logger: quiet });
    // The offsets live in this process alone, with what they count; a rejoin goes on where it was.
    const next = new Map<string, bigint>();
    const place = (topic: string, partition: number): string => `${topic}/${String(partition)}`;
    const recorder: TopicRecorder = new TopicRecorder(
      bus,
      bus.consumer({
        groupId: `recorder-${randomUUID()}`,
        topics,
        offsets: { nextOffset: (topic, partition) => Promise.resolve(next.get(place(topic, partition))) },
        onFatal: (error) => {
          throw error;
        },
        handlerOf: (topic) => (batch) => {
          recorder.add(topic, batch.messages);
          const last = batch.messages.at(-1);
          if (last !== undefined) next.set(place(topic, batch.partition), last.offset + 1n);
          return Promise.resolve();
        },
      }),
    );
    await recorder.consumer.start();
    return recorder;
  }

  of(topic: string): readonly RecordedMark[] {
    return this.marks.get(topic) ?? [];
  }

  async stop(): Promise<void> {
    await this.consumer.close();
    await this.bus.close();
  }

  private add(topic: string, messages: readonly IncomingMessage[]): void {
    const marks = this.marks.get(topic) ?? [];
    this.marks.set(topic, marks);
    for (const { key, partition, headers } of messages) {
      const position = BigInt(headers[POSITION_HEADER] ?? '0');
      marks.push({ key: key ?? '', partition, position, version: BigInt(headers[VERSION_HEADER] ?? '0') });
    }
  }
}

/** What is wrong with the order of the records: positions rise on each partition, versions count up per key. */
export function faultsOf(marks: readonly RecordedMark[]): readonly string[] {
  const faults: string[] = [];
  const versions = new Map<string, bigint>();
  const positions = new Map<number, bigint>();
  for (const { key, partition, position, version } of marks) {
    const expected = (versions.get(key) ?? 0n) + 1n;
    if (version !== expected)
      faults.push(`${key}: version ${String(version)} where ${String(expected)} was due`);
    versions.set(key, version);
    if (position <= (positions.get(partition) ?? 0n)) {
      faults.push(`partition ${String(partition)}: position ${String(position)} came late or again`);
    }
    positions.set(partition, position);
  }
  return faults;
}
