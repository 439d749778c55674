import type { EventIdentity } from './activity-event';

/** At most `quota` events in any `windowSeconds`, and as many at once. */
export interface RatePolicy {
  readonly quota: number;
  readonly windowSeconds: number;
}

/** A key that was shown once; what is kept is the SHA-256 of its text. */
export interface ProducerKey {
  readonly keyId: string;
  /** Lower-case hex. */
  readonly digest: string;
  readonly createdAtUs: bigint;
  /** Null: no end. */
  readonly expiresAtUs: bigint | null;
}

/** A system that may emit events, and which. One version of its definition. */
export interface Producer {
  readonly id: string;
  /** From 1, one more with each change. */
  readonly version: bigint;
  /** CloudEvents sources that are its own: exact, or a prefix that ends with `*`. */
  readonly sources: readonly string[];
  /** Event types that it may emit; `*` for all. */
  readonly types: readonly string[];
  /** May send events older than 7 days, under the backfill scope. */
  readonly backfill: boolean;
  /** Null: no bound. */
  readonly rate: RatePolicy | null;
  readonly enabled: boolean;
  readonly keys: readonly ProducerKey[];
}

/** Stands for every source, or for every type. */
export const ANY = '*';

/** True for a pattern that the source fits: the same text, or the beginning before a final `*`. */
export function fitsSource(pattern: string, source: string): boolean {
  return pattern.endsWith(ANY) ? source.startsWith(pattern.slice(0, -1)) : pattern === source;
}

/** True when the producer may emit events of this type. */
export function mayEmit(producer: Producer, type: string): boolean {
  return producer.types.includes(ANY) || producer.types.includes(type);
}

/** What the keys and the sources say about who sends; a snapshot that is never changed. */
export class ProducerDirectory {
  private readonly byId: ReadonlyMap<string, Producer>;
  private readonly byDigest: ReadonlyMap<string, { readonly producer: Producer; readonly key: ProducerKey }>;
  /** The longest pattern first: the most specific one decides. */
  private readonly patterns: readonly { readonly pattern: string; readonly producer: Producer }[];
  private readonly bySource = new Map<string, Producer | null>();

  constructor(producers: readonly Producer[]) {
    this.byId = new Map(producers.map((producer) => [producer.id, producer]));
    this.byDigest = new Map(
      producers.flatMap((producer) => producer.keys.map((key) => [key.digest, { producer, key }] as const)),
    );
    this.patterns = producers
      .flatMap((producer) => producer.sources.map((pattern) => ({ pattern, producer })))
      .sort((a, b) => rankOf(b.pattern) - rankOf(a.pattern) || (a.pattern < b.pattern ? -1 : 1));
  }

  get(id: string): Producer | null {
    return this.byId.get(id) ?? null;
  }

  /** In the order of their ids. */
  all(): readonly Producer[] {
    return [...this.byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The enabled producer whose unexpired key has this digest. */
  ofKey(digest: string, nowUs: bigint): Producer | null {
    const found = this.byDigest.get(digest);
    if (found?.producer.enabled !== true) return null;
    const { expiresAtUs } = found.key;
    return expiresAtUs !== null && expiresAtUs <= nowUs ? null : found.producer;
  }

  /** The producer that owns a source, enabled or not; null where nobody does. */
  ofSource(source: string): Producer | null {
    const known = this.bySource.get(source);
    if (known !== undefined) return known;
    const found = this.patterns.find(({ pattern }) => fitsSource(pattern, source))?.producer ?? null;
    // Sources come from outside: what is remembered is bounded.
    if (this.bySource.size < MAX_REMEMBERED_SOURCES) this.bySource.set(source, found);
    return found;
  }

  /** The other producer that has claimed one of these very patterns. */
  ownerOfPattern(patterns: readonly string[], exceptId: string): Producer | null {
    const taken = this.patterns.find(
      ({ pattern, producer }) => producer.id !== exceptId && patterns.includes(pattern),
    );
    return taken?.producer ?? null;
  }
}

const MAX_REMEMBERED_SOURCES = 4_096;

/** An exact source goes before every prefix, a longer prefix before a shorter one. */
function rankOf(pattern: string): number {
  return pattern.endsWith(ANY) ? pattern.length : Number.MAX_SAFE_INTEGER;
}

/** Why an event is not this sender's to emit. */
export interface Forbidden {
  readonly pointer: '/source' | '/type';
  readonly detail: string;
}

/** Who sends an input, as far as its transport can tell. */
export interface Sender {
  readonly directory: ProducerDirectory;
  /** The producer whose key was shown; null where the source alone tells (the bus, a token of the platform). */
  readonly keyOf: string | null;
}

/** Why the sender may not emit this event; undefined when it may. */
export function forbiddenTo(
  sender: Sender,
  { source }: Pick<EventIdentity, 'source'>,
  type: string,
): Forbidden | undefined {
  const owner = sender.directory.ofSource(source);
  if (owner === null) return { pointer: '/source', detail: 'no registered producer owns this source' };
  if (!owner.enabled) return { pointer: '/source', detail: 'the producer of this source is disabled' };
  if (sender.keyOf !== null && sender.keyOf !== owner.id) {
    return { pointer: '/source', detail: 'this source belongs to another producer than the key' };
  }
  if (mayEmit(owner, type)) return undefined;
  return { pointer: '/type', detail: 'the producer of this source may not emit events of this type' };
}
