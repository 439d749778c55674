import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, DecisionPolicy, SqlPool } from '../ports';
import { BatchRunner, type BatchReport } from './batch-runner';
import { backoffMs, DEFAULT_CACHED_STREAMS, MAX_ATTEMPTS } from './limits';
import { CommitLoop, type LogCommitter } from './log-committer';
import { createLogStore } from './log-store';

export interface CommitterOptions<C, State, Context> {
  /** Connects as the service's role; two connections are enough. */
  readonly pool: SqlPool;
  readonly policy: DecisionPolicy<C, State, Context>;
  readonly clock: Clock;
  /** Who owns the log now, for people: service name, host, process id. */
  readonly owner: string;
  /**
   * Told once when this writer can never write again: fenced out (LogFencedError) or a broken installation.
   * The process must end, non-zero. Every submit is rejected with the same error.
   */
  readonly onFatal: (error: Error) => void;
  /** Decoded stream states to keep. */
  readonly cachedStreams?: number;
  /**
   * How often a batch is tried while the database is away, before its senders are told; about 30 s by
   * default.
   */
  readonly attempts?: number;
  /** Told after each batch; for metrics. */
  readonly onBatch?: (report: BatchReport) => void;
}

/** Makes the log's committer; `start` it before the first submit, `stop` it when the intake has stopped. */
export function createCommitter<C, State, Context>(
  options: CommitterOptions<C, State, Context>,
): LogCommitter<C> {
  const listeners = new Set<(position: bigint) => void>();
  const runner = new BatchRunner({
    store: createLogStore(options.pool),
    policy: options.policy,
    clock: options.clock,
    cachedStreams: options.cachedStreams ?? DEFAULT_CACHED_STREAMS,
    appended: (report, position) => {
      options.onBatch?.(report);
      if (report.entries > 0) for (const listener of listeners) listener(position);
    },
  });
  return new CommitLoop(runner, {
    owner: options.owner,
    attempts: options.attempts ?? MAX_ATTEMPTS,
    pause: (failures) => sleep(backoffMs(failures)),
    onFatal: options.onFatal,
    onCommit: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
}
