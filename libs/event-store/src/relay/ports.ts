import type { StoredEntry } from '../ports';

/** What an entry becomes on a topic. Names of headers are lower case. */
export interface RelayRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** The bus, as a relay needs it; @kuda/messaging's MessagePublisher is one. */
export interface RelayPublisher {
  /**
   * Publishes in order; resolves when all in-sync replicas have the records. What goes to one partition in
   * one call appears there whole or not at all.
   */
  publish(records: readonly RelayRecord[]): Promise<void>;
}

/** How a relay finds out what already stands on a topic; @kuda/messaging's TopicTail is one. */
export interface RelayTail {
  lastHeader(topic: string, header: string): Promise<ReadonlyMap<number, string>>;
  partitionOf(topic: string, key: string): Promise<number>;
}

/** Pure: the same entry gives the same records for ever. An entry may give none. */
export type ToRecords = (entry: StoredEntry) => readonly RelayRecord[];

/** The log position of a relayed record; the mark by which a restarted relay knows what it had published. */
export const POSITION_HEADER = 'kuda-position';
