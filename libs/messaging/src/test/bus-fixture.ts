import { randomUUID } from 'node:crypto';
import type { TopicDeclaration } from '@kuda/contracts';
import type { BusLogger } from '../bus-logger';
import type { IncomingMessage, OffsetStore, OutgoingMessage } from '../ports';

export const BUS_TEST_LIMIT_MS = 90_000;

/** Keeps the lines; prints none. */
export class RecordingLogger implements BusLogger {
  readonly lines: { readonly level: string; readonly fields: object; readonly text: string }[] = [];
  debug = (fields: object, text: string): void => this.add('debug', fields, text);
  info = (fields: object, text: string): void => this.add('info', fields, text);
  warn = (fields: object, text: string): void => this.add('warn', fields, text);
  error = (fields: object, text: string): void => this.add('error', fields, text);

  private add(level: string, fields: object, text: string): void {
    this.lines.push({ level, fields, text });
  }
}

/** Offsets as a database would keep them: stored by the handler, with its effect. */
export class MemoryOffsets implements OffsetStore {
  private readonly stored = new Map<string, bigint>();

  nextOffset(topic: string, partition: number): Promise<bigint | undefined> {
    return Promise.resolve(this.stored.get(`${topic}/${String(partition)}`));
  }

  store(messages: readonly IncomingMessage[]): void {
    const last = messages.at(-1);
    if (last !== undefined) this.set(last.topic, last.partition, last.offset + 1n);
  }

  set(topic: string, partition: number, next: bigint): void {
    this.stored.set(`${topic}/${String(partition)}`, next);
  }
}

/** A topic of this test alone. */
export function aTopic(partitions = 1): TopicDeclaration {
  return {
    name: `test.${randomUUID()}.v1`,
    key: 'user id',
    partitions,
    retentionMs: 3_600_000,
    cleanup: 'delete',
    message: 'raw',
    description: 'of a test',
  };
}

/** The dead-letter topic of a group of this test alone. */
export function deadLettersOf(groupId: string): TopicDeclaration {
  return { ...aTopic(), name: `${groupId}.dlq` };
}

export function aGroup(): string {
  return `group-${randomUUID()}`;
}

/** `count` records with running numbers as values. */
export function numbered(topic: string, count: number, key = 'user-1'): readonly OutgoingMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    topic,
    key,
    value: Buffer.from(String(index)),
    headers: { ce_id: String(index) },
  }));
}
