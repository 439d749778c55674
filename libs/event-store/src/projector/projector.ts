import { setTimeout as sleep } from 'node:timers/promises';
import { LogError } from '../errors';
import type { CommitSignal, SqlClient, StoredEntry } from '../ports';
import { readEntries } from '../readers/entries';
import { TailLoop, type TailHealth } from '../tail/tail-loop';
import { advanceProjection, projectionPosition, type ProjectionKey } from './advance-projection';
import { assertContiguous } from './apply-entries';
import { PositionWaiters } from './position-waiters';
import type { ProjectionUnit } from './projection-unit';

/** Entries applied in one transaction. */
export const MAX_PROJECTION_BATCH = 500;

export interface ProjectorOptions<Tx> extends ProjectionKey {
  /** Reads the log. */
  readonly sql: SqlClient;
  readonly unit: ProjectionUnit<Tx>;
  /** Applies entries, in order and without a gap, to the read model; everything through `tx`. */
  readonly apply: (tx: Tx, entries: readonly StoredEntry[]) => Promise<void>;
  /** Wakes the projector after each commit; without it the poll does. */
  readonly signal?: CommitSignal;
  /**
   * While entries keep coming, transactions begin at least so many milliseconds apart, so that each takes more of them;
   * one that is full is followed at once, and so is a silence. Default 0.
   */
  readonly paceMs?: number;
  /** Told once when the projector has given up; the process must end. */
  readonly onFatal: (error: Error) => void;
}

/**
 * Tails the log into a read model: entries and checkpoint change in one transaction, so each applies exactly
 * once.
 */
export class Projector<Tx> {
  private readonly loop: TailLoop;
  private readonly waiters = new PositionWaiters();
  private known = false;
  private unsubscribe: () => void = () => undefined;

  constructor(private readonly options: ProjectorOptions<Tx>) {
    this.loop = new TailLoop({
      name: `projector ${options.name} v${String(options.version)}`,
      step: () => this.step(),
      onFatal: options.onFatal,
    });
  }

  /** The last position applied. */
  get position(): bigint {
    return this.waiters.position;
  }

  start(): void {
    const { signal } = this.options;
    if (signal !== undefined) {
      this.unsubscribe = signal.onCommit(() => {
        this.loop.wake();
      });
    }
    this.loop.start();
  }

  async stop(): Promise<void> {
    this.unsubscribe();
    await this.loop.stop();
  }

  health(): TailHealth {
    return { position: this.position, failures: this.loop.failures, lastError: this.loop.lastError };
  }

  /** True once everything up to `position` is applied; false when `timeoutMs` have passed. */
  waitFor(position: bigint, timeoutMs: number): Promise<boolean> {
    return this.waiters.waitFor(position, timeoutMs);
  }

  private async step(): Promise<boolean> {
    const { sql, unit, apply, paceMs = 0 } = this.options;
    const startedAtMs = performance.now();
    if (!this.known) this.waiters.reach(await projectionPosition(sql, this.options));
    this.known = true;
    const from = this.position;
    const entries = await readEntries(sql, { after: from, limit: MAX_PROJECTION_BATCH });
    const last = entries.at(-1);
    if (last === undefined) return false;
    assertContiguous(from, entries);
    // Whatever goes wrong, what is committed decides where to go on.
    this.known = false;
    await unit.run(async (tx, transaction) => {
      const moved = await advanceProjection(transaction, this.options, { from, to: last.position });
      if (!moved) throw new LogError('KUDA-LOG-1010', `the checkpoint is not at ${from.toString()}`);
      await apply(tx, entries);
    });
    this.known = true;
    this.waiters.reach(last.position);
    const restMs = startedAtMs + paceMs - performance.now();
    if (entries.length < MAX_PROJECTION_BATCH && restMs > 0) await sleep(restMs);
    return true;
  }
}
