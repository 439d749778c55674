import type { LogCommitter, SqlPool } from '@kuda/event-store';
import type { Command } from '@kuda/ledger-core';
import { TransientError } from '@kuda/messaging';
import type { DataSource } from 'typeorm';
import type { ShardWriter } from './shard-writer';

/**
 * One shard: a complete ledger in a schema of its own. Every process reads it; the one to which its partition of the
 * input topics is assigned writes it.
 */
export class Shard {
  private current: ShardWriter | null = null;

  constructor(
    readonly index: number,
    readonly pool: SqlPool,
    readonly readModels: DataSource,
    private readonly createWriter: () => ShardWriter,
  ) {}

  /** What writes it, or null while another process does. */
  get writer(): ShardWriter | null {
    return this.current;
  }

  /** @throws TransientError while another process writes it. */
  get committer(): LogCommitter<Command> {
    if (this.current !== null) return this.current.committer;
    throw new TransientError(`shard ${String(this.index)} is not this process's`);
  }

  /** Throws while its database cannot be read, or what follows its log fails. */
  async assertReady(): Promise<void> {
    await this.pool.query('select 1');
    this.current?.assertFollowing();
  }

  /** Takes the shard over: from here on every other process is fenced out of it. */
  async acquire(): Promise<void> {
    if (this.current?.fenced === false) return;
    await this.release();
    const writer = this.createWriter();
    await writer.start();
    this.current = writer;
  }

  /** Answers what is queued, and leaves the shard to its next owner. */
  async release(): Promise<void> {
    const writer = this.current;
    this.current = null;
    await writer?.stop();
  }
}
