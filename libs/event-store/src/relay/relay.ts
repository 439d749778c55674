import { withBatchHop } from '@kuda/tracing';
import { SpanKind } from '@opentelemetry/api';
import { LogError, LogFencedError } from '../errors';
import type { CommitSignal, SqlClient, StoredEntry } from '../ports';
import type { LogHead } from '../append/acquire-epoch';
import { readEntries } from '../readers/entries';
import { readHead } from '../readers/states';
import { TailLoop, type TailHealth } from '../tail/tail-loop';
import { advanceRelay, relayPosition } from './advance-relay';
import { chunksOf, recordsOf } from './batch-records';
import type { RelayPublisher, RelayTail, ToRecords } from './ports';
import { PublishedTails } from './published-tails';
import type { RelayPoint } from './relay-points';

/** Entries published per step. */
export const MAX_RELAY_BATCH = 500;
/** A look at the head that is older is repeated before a publish: a process that was frozen may have been replaced. */
const MAX_HEAD_AGE_MS = 100;

export interface RelayOptions {
  /** The name of the cursor; one relay per name. */
  readonly name: string;
  readonly sql: SqlClient;
  /** The log's owner: only it relays, and it wakes the relay after each commit. */
  readonly committer: CommitSignal & { readonly epoch: bigint };
  readonly publisher: RelayPublisher;
  readonly tail: RelayTail;
  readonly toRecords: ToRecords;
  /** Every topic that `toRecords` may name. No one else publishes there with a `kuda-position`. */
  readonly topics: readonly string[];
  /** Those of `topics` where the last record per key is enough (compacted topics): coalesced per batch. */
  readonly compactedTopics?: readonly string[];
  /** Told once when the relay has given up or was fenced; the process must end. */
  readonly onFatal: (error: Error) => void;
  /** Told at each named point of a step, between two awaits; must not throw. For crash tests. */
  readonly onPoint?: (point: RelayPoint) => void;
}

/**
 * Publishes the log in order, each record exactly once per topic: the cursor moves after acks=all, and what a
 * crash in between left on a topic is recognised by the position on the partition's last record.
 */
export class Relay {
  private readonly loop: TailLoop;
  private readonly topics: ReadonlySet<string>;
  private readonly compacted: ReadonlySet<string>;
  private cursor: bigint | null = null;
  private tails: PublishedTails | null = null;
  /** When the log was last seen to be ours; on a clock that goes on while the process is frozen. */
  private ownedAtMs = -Infinity;
  private unsubscribe: () => void = () => undefined;

  constructor(private readonly options: RelayOptions) {
    this.topics = new Set(options.topics);
    this.compacted = new Set(options.compactedTopics ?? []);
    this.loop = new TailLoop({
      name: `relay ${options.name}`,
      step: () => this.step(),
      onFatal: options.onFatal,
    });
  }

  start(): void {
    this.unsubscribe = this.options.committer.onCommit(() => {
      this.loop.wake();
    });
    this.loop.start();
  }

  /**
   * Publishes what is committed already (bounded in time), then ends; call it after the committer has
   * stopped.
   */
  async stop(): Promise<void> {
    this.unsubscribe();
    await this.loop.stop();
  }

  health(): TailHealth {
    return { position: this.cursor ?? 0n, failures: this.loop.failures, lastError: this.loop.lastError };
  }

  /** Publishes the next batch; true when there was one. */
  private async step(): Promise<boolean> {
    const { sql, name, tail, topics } = this.options;
    const head = await this.ownHead();
    this.cursor ??= await relayPosition(sql, name);
    this.at('relay.cursor-read');
    if (head.position <= this.cursor) return false;
    this.tails ??= await PublishedTails.read(tail, topics, head.position);
    this.at('relay.tails-read');
    const entries = await readEntries(sql, { after: this.cursor, limit: MAX_RELAY_BATCH });
    this.at('relay.entries-read');
    const last = entries.at(-1);
    if (last === undefined) return false;
    try {
      await this.publish(entries, this.tails);
    } catch (error) {
      // Some of it may stand there: look before publishing again.
      this.tails = null;
      throw error;
    }
    await this.advance(this.cursor, last.position);
    return true;
  }

  /** The head while the log is ours; else fenced. */
  private async ownHead(): Promise<LogHead> {
    const { sql, name, committer } = this.options;
    const askedAtMs = performance.now();
    const head = await readHead(sql);
    this.at('relay.head-read');
    if (head.epoch !== committer.epoch) throw new LogFencedError(`relay ${name}: the log has a newer owner`);
    this.ownedAtMs = askedAtMs;
    return head;
  }

  private async publish(entries: readonly StoredEntry[], tails: PublishedTails): Promise<void> {
    const { publisher, toRecords } = this.options;
    return withBatchHop(
      { name: 'publish', file: __filename, kind: SpanKind.PRODUCER },
      entries.map((entry) => entry.traceparent),
      async (traceparents) => {
        const mapping = { toRecords, compactedTopics: this.compacted, traceparents };
        const records = recordsOf(entries, mapping);
        const stray = records.find(({ record }) => !this.topics.has(record.topic));
        if (stray !== undefined) {
          throw new LogError(
            'KUDA-LOG-1012',
            `relay ${this.options.name} does not know the topic ${stray.record.topic}`,
          );
        }
        const missing = await tails.missing(records);
        for (const chunk of chunksOf(missing)) {
          if (performance.now() - this.ownedAtMs > MAX_HEAD_AGE_MS) await this.ownHead();
          const acknowledged = publisher.publish(chunk.map(({ record }) => record));
          this.at('relay.publishing');
          await acknowledged;
          this.at('relay.published');
        }
      },
    );
  }

  private async advance(from: bigint, to: bigint): Promise<void> {
    const { sql, name, committer } = this.options;
    const advancing = advanceRelay(sql, { epoch: committer.epoch, name, from, to });
    this.at('relay.advancing');
    const answer = await advancing.catch((error: unknown) => {
      this.forget();
      throw error;
    });
    this.at('relay.advanced');
    switch (answer) {
      case 'advanced':
        this.cursor = to;
        return;
      case 'fenced':
        throw new LogFencedError(`relay ${name}: the log has a newer owner`);
      case 'moved':
        this.forget();
        throw new LogError('KUDA-LOG-1011', `the cursor of ${name} is not at ${from.toString()}`);
    }
  }

  private at(point: RelayPoint): void {
    this.options.onPoint?.(point);
  }

  /** The next step reads cursor and tails again. */
  private forget(): void {
    this.cursor = null;
    this.tails = null;
  }
}
