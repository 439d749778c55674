import type { TopicPartitionOffsetAndMetadata } from 'kafkajs';
import type { BusLogger } from '../bus-logger';
import type { Position } from './assignment';

/** How often Kafka is told where a consumer stands. */
const SHOW_EVERY_MS = 1_000;

export interface ShownProgressParts {
  readonly logger: BusLogger;
  /** The partitions that are ours now. */
  readonly positions: () => readonly Position[];
  readonly commit: (offsets: TopicPartitionOffsetAndMetadata[]) => Promise<void>;
}

/** Kafka's own commit, so that its tools show the lag; nothing depends on it. All partitions in one request. */
export class ShownProgress {
  private pending: NodeJS.Timeout | null = null;

  constructor(private readonly parts: ShownProgressParts) {}

  /** A partition has gone on. */
  moved(): void {
    this.pending ??= setTimeout(() => void this.show(), SHOW_EVERY_MS).unref();
  }

  /** Tells what was not told yet, for the last time. */
  async end(): Promise<void> {
    if (this.pending !== null) await this.show();
  }

  private async show(): Promise<void> {
    clearTimeout(this.pending ?? undefined);
    this.pending = null;
    const offsets = this.parts
      .positions()
      .flatMap(({ topic, partition, next }) =>
        next === undefined ? [] : [{ topic, partition, offset: next.toString() }],
      );
    try {
      if (offsets.length > 0) await this.parts.commit(offsets);
    } catch (error) {
      this.parts.logger.debug({ err: error }, 'the progress cannot be shown to Kafka');
    }
  }
}
