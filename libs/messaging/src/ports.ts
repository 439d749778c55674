/**
 * What the services know of the bus. kafkajs stays behind these types; nothing outside this library imports it.
 */

/** Header names are lower case; values are UTF-8 text. CloudEvents attributes travel as `ce_<name>`. */
export type MessageHeaders = Readonly<Record<string, string>>;

/** A record to publish. Always keyed; the partitioner is murmur2 over the key, as in the Java client. */
export interface OutgoingMessage {
  readonly topic: string;
  readonly key: string;
  readonly value: Buffer | null;
  readonly headers: MessageHeaders;
}

/** A record as received. */
export interface IncomingMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: MessageHeaders;
  readonly timestampMs: number;
}

/** The records of one partition, in order, handed to one handler call. */
export interface MessageBatch {
  readonly topic: string;
  readonly partition: number;
  /** In offset order; at most `maxChunk` of the subscription. */
  readonly messages: readonly IncomingMessage[];
  /** True once the partition was lost: stop, and store nothing more. */
  isStale(): boolean;
  /** Puts one record aside on the group's dead-letter topic, with reason and origin. */
  deadLetter(message: IncomingMessage, code: string, detail: string): Promise<void>;
}

/**
 * Handles one batch. Returning means: effect and offset are stored (the handler stores the next offset in the
 * transaction of its effect). Throwing `TransientError` pauses and retries; `FencedError` ends the process;
 * anything else is treated as transient up to the bound, then as a fault that ends the process.
 */
export type BatchHandler = (batch: MessageBatch) => Promise<void>;

/** Where a group goes on after an assignment: the next offset stored with the effect, or undefined for the start. */
export interface OffsetStore {
  nextOffset(topic: string, partition: number): Promise<bigint | undefined>;
}

/**
 * Publishes in order; resolves when all in-sync replicas have the records (acks=all, idempotent, one in flight). What
 * goes to one partition in one call of up to 3 MiB and 10,000 records appears there whole or not at all. After a
 * `TransientError` the records may or may not stand: who needs exactly one copy looks at the topic's tail first.
 */
export interface MessagePublisher {
  publish(messages: readonly OutgoingMessage[]): Promise<void>;
}

/** Reads the last record of each partition: how a relay finds out what it had already published. */
export interface TopicTail {
  /** The header's value on the last record of each partition that has one. */
  lastHeader(topic: string, header: string): Promise<ReadonlyMap<number, string>>;
  /** The partition a key goes to. */
  partitionOf(topic: string, key: string): Promise<number>;
}

/** Headers that carry the log's coordinates, so that a consumer can check what it got. */
export const POSITION_HEADER = 'kuda-position';
export const VERSION_HEADER = 'kuda-account-version';

/** The world is not ready (broker away, database restarting): pause, back off, try the same records again. */
export class TransientError extends Error {
  override readonly name = 'TransientError';
}

/** Another owner has taken over: this process must end, non-zero. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}
