import type { AppendAnswer, AppendBatch } from '../append/append-batch';
import { LogError } from '../errors';
import type { Clock, CommandEnvelope, ConflictOutcome, DecisionPolicy } from '../ports';
import { classifySqlError } from '../sql/sql-state';
import { MAX_REDOS } from './limits';
import type { LogStore } from './log-store';
import { BatchPreparer, type PreparedBatch } from './prepare-batch';
import { StateCache, type CacheBounds } from './state-cache';
import type { Work } from './work-queue';
import { WriterState } from './writer-state';

/** What one append did; for metrics. */
export interface BatchReport {
  readonly commands: number;
  readonly entries: number;
  /** How often the batch was decided again on fresher state. */
  readonly redos: number;
  readonly durationMs: number;
}

interface Parts<C, State, Context> {
  readonly store: LogStore;
  readonly policy: DecisionPolicy<C, State, Context>;
  readonly clock: Clock;
  readonly cacheBounds: CacheBounds;
  /** Commands that must wait before they are decided ahead. */
  readonly minCommandsAhead: number;
  appended(report: BatchReport, position: bigint): void;
  /** Told of each conflicting command before the batch is appended that moves its input's offset past it. */
  conflict?(command: CommandEnvelope<C>, outcome: ConflictOutcome): Promise<void>;
  /** Told once everybody of a batch has an answer; for crash tests. */
  answered?(): Promise<void>;
}

/** The batch whose append is under way. */
interface Flying<C, State, Context> {
  readonly batch: PreparedBatch<C, State, Context>;
  /** What waits behind it. */
  readonly waiting: () => readonly Work<C>[];
}

/** A batch decided while the one before it was being committed. */
interface Ahead<C, State, Context> {
  readonly works: readonly Work<C>[];
  readonly after: PreparedBatch<C, State, Context>;
  /** Null when it could not be decided; then it is tried again in its turn. */
  readonly batch: Promise<PreparedBatch<C, State, Context> | null>;
}

/**
 * Appends one batch after the other; decides again when its state or head had moved. While a batch is being
 * committed, the next one is decided on the state that it will leave; if it is not committed as it stands, that
 * decision is thrown away.
 */
export class BatchRunner<C, State, Context> {
  readonly writer: WriterState;
  private readonly cache: StateCache<State>;
  private readonly preparer: BatchPreparer<C, State, Context>;
  private flying: Flying<C, State, Context> | null = null;
  private ahead: Ahead<C, State, Context> | null = null;
  private committed: PreparedBatch<C, State, Context> | null = null;

  constructor(private readonly parts: Parts<C, State, Context>) {
    this.writer = new WriterState(parts.store);
    this.cache = new StateCache(parts.cacheBounds);
    this.preparer = new BatchPreparer({ ...parts, cache: this.cache, writer: this.writer });
  }

  /** How many of the waiting works are decided already; null when none. */
  get decidedAhead(): number | null {
    return this.ahead !== null && this.ahead.after === this.committed ? this.ahead.works.length : null;
  }

  /**
   * Answers a prefix of the batch; the rest waits because of what is due on a stream. `waiting` tells what would be
   * next; null when something else comes in between.
   */
  async run(works: readonly Work<C>[], waiting: (() => readonly Work<C>[]) | null): Promise<void> {
    const startedAt = performance.now();
    for (let redos = 0; redos <= MAX_REDOS; redos += 1) {
      const batch = await this.tryOnce(works, waiting);
      if (batch === null) continue;
      const { answers, entries } = batch.plan;
      const durationMs = performance.now() - startedAt;
      // Before the callers go on: whoever tails the log is on its way when they look.
      this.parts.appended(
        { commands: answers.length, entries: entries.length, redos, durationMs },
        this.writer.position,
      );
      for (const [index, answer] of answers.entries()) {
        if (answer?.status === 'recorded') this.writer.told(answer.entry);
        works[index]?.settle(answer);
      }
      if (this.parts.answered !== undefined) await this.parts.answered();
      return;
    }
    throw new LogError('KUDA-LOG-1007', `decided ${String(MAX_REDOS + 1)} times`);
  }

  /** Decides what waits, if a batch is under way and enough of it has come. */
  lookAhead(): void {
    if (this.flying === null || this.ahead !== null || this.parts.policy.decidesAhead !== true) return;
    // Who is told that a recovered entry is recorded, and who that it is repeated, is settled first.
    if (this.writer.recovering) return;
    const { batch: after, waiting } = this.flying;
    const works = waiting();
    if (works.length < this.parts.minCommandsAhead) return;
    const batch = this.preparer.prepare(works, after.plan.head, after).catch(() => null);
    this.ahead = { works, after, batch };
  }

  /** Null when the batch has to be decided again. */
  private async tryOnce(
    works: readonly Work<C>[],
    waiting: (() => readonly Work<C>[]) | null,
  ): Promise<PreparedBatch<C, State, Context> | null> {
    const batch = (await this.takeAhead(works)) ?? (await this.prepareNow(works));
    const { plan, head } = batch;
    await this.tellConflicts(batch);
    const inputs = plan.inputs.filter((input) => !this.writer.hasEffect(input));
    if (plan.entries.length === 0 && inputs.length === 0) return batch;
    const complete = plan.answers.length === works.length;
    this.flying = waiting !== null && complete ? { batch, waiting } : null;
    const appending = this.append(
      {
        epoch: head.epoch,
        after: head.position,
        entries: plan.entries,
        leafHashes: plan.leafHashes,
        frontier: plan.head.frontier.toBytes(),
        streams: plan.updates,
        totals: plan.totals,
        inputs,
      },
      batch,
    );
    this.lookAhead();
    const answer = await appending;
    return this.settle(batch, answer);
  }

  private async tellConflicts({ works, plan }: PreparedBatch<C, State, Context>): Promise<void> {
    if (this.parts.conflict === undefined) return;
    for (const [index, answer] of plan.answers.entries()) {
      const task = works[index]?.task;
      if (answer?.status === 'conflict' && task?.kind === 'command') {
        await this.parts.conflict(task.command, answer);
      }
    }
  }

  private async append(
    rows: AppendBatch,
    { beside }: PreparedBatch<C, State, Context>,
  ): Promise<AppendAnswer> {
    try {
      return await this.parts.store.append(rows, beside);
    } catch (error) {
      this.forget();
      // The connection may have gone after the commit: only the head can tell.
      if (classifySqlError(error) === 'transient') this.writer.doubt();
      throw error;
    } finally {
      this.flying = null;
    }
  }

  private settle(
    batch: PreparedBatch<C, State, Context>,
    answer: AppendAnswer,
  ): PreparedBatch<C, State, Context> | null {
    if (answer.status === 'appended') {
      this.writer.appended(batch.plan.head, batch.plan.inputs);
      for (const [streamId, stream] of batch.plan.streams) this.cache.set(streamId, stream);
      this.committed = batch;
      return batch;
    }
    this.forget();
    switch (answer.status) {
      case 'fenced':
        throw this.writer.fenced();
      case 'behind':
        this.writer.doubt();
        return null;
      case 'known':
        this.cache.clear();
        return null;
      case 'stale':
        this.cache.evict(answer.streamIds);
        return null;
    }
  }

  private async takeAhead(works: readonly Work<C>[]): Promise<PreparedBatch<C, State, Context> | null> {
    const { ahead } = this;
    this.ahead = null;
    if (ahead === null || ahead.after !== this.committed) return null;
    if (ahead.works.length !== works.length || ahead.works[0] !== works[0]) return null;
    return ahead.batch;
  }

  private async prepareNow(works: readonly Work<C>[]): Promise<PreparedBatch<C, State, Context>> {
    const { head, moved } = await this.writer.head();
    if (moved) this.cache.clear();
    await this.writer.cover();
    return this.preparer.prepare(works, head, null);
  }

  /** What was decided on a batch that is not committed as it stands is worth nothing. */
  private forget(): void {
    this.ahead = null;
    this.committed = null;
  }
}
