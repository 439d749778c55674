import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, DecisionPolicy, SqlPool } from '../ports';
import { BatchRunner, type BatchReport } from './batch-runner';
import { between, pointedStore, type OnPoint } from './committer-points';
import {
  backoffMs,
  DEFAULT_CACHED_BYTES,
  DEFAULT_CACHED_STREAMS,
  MAX_ATTEMPTS,
  MIN_COMMANDS_AHEAD,
} from './limits';
import { CommitLoop, type LogCommitter, type OnFault } from './log-committer';
import { createLogStore } from './log-store';

export interface CommitterOptions<C, State, Context> {
  /** Connects as the service's role; three connections are enough. */
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
  /** Decoded stream states to keep: at most so many, and so many bytes of them, roughly. */
  readonly cachedStreams?: number;
  readonly cachedBytes?: number;
  /**
   * How often a batch is tried while the database is away, before its senders are told; about 30 s by
   * default.
   */
  readonly attempts?: number;
  /**
   * Puts a command aside that cannot be stored or decided, or that conflicts with an earlier one of its id (a dead
   * letter). Awaited before its sender is answered and before its input's offset moves past it, so that a crash cannot
   * lose it; after a crash or a failure it may be told again. A TransientError is tried again like the database's; any
   * other error ends the writer.
   */
  readonly onFault?: OnFault<C>;
  /** Told at each named point between two awaits; for crash tests. */
  readonly onPoint?: OnPoint;
  /** Told after each batch; for metrics. */
  readonly onBatch?: (report: BatchReport) => void;
}

function pointedFault<C>(onFault: OnFault<C>, onPoint: OnPoint | undefined): OnFault<C> {
  if (onPoint === undefined) return onFault;
  return (command, outcome) =>
    between(onPoint, ['committer.fault-telling', 'committer.fault-told'], () => onFault(command, outcome));
}

/** Makes the log's committer; `start` it before the first submit, `stop` it when the intake has stopped. */
export function createCommitter<C, State, Context>(
  options: CommitterOptions<C, State, Context>,
): LogCommitter<C> {
  const listeners = new Set<(position: bigint) => void>();
  const { onPoint } = options;
  const onFault = options.onFault === undefined ? undefined : pointedFault(options.onFault, onPoint);
  const store = createLogStore(options.pool);
  const runner = new BatchRunner({
    store: onPoint === undefined ? store : pointedStore(store, onPoint),
    policy: options.policy,
    clock: options.clock,
    cacheBounds: {
      streams: options.cachedStreams ?? DEFAULT_CACHED_STREAMS,
      bytes: options.cachedBytes ?? DEFAULT_CACHED_BYTES,
    },
    minCommandsAhead: MIN_COMMANDS_AHEAD,
    ...(onFault === undefined ? {} : { conflict: onFault }),
    ...(onPoint === undefined ? {} : { answered: async () => onPoint('committer.answered') }),
    appended: (report, position) => {
      options.onBatch?.(report);
      if (report.entries > 0) for (const listener of listeners) listener(position);
      void onPoint?.('committer.signalled');
    },
  });
  return new CommitLoop(runner, {
    owner: options.owner,
    attempts: options.attempts ?? MAX_ATTEMPTS,
    pause: (failures) => sleep(backoffMs(failures)),
    onFatal: options.onFatal,
    ...(onFault === undefined ? {} : { onFault }),
    onCommit: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
}
