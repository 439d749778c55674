import { BatchRunner } from '../committer/batch-runner';
import { CommitLoop, type OnFault } from '../committer/log-committer';
import type { DecisionPolicy } from '../ports';
import { counterPolicy, type CounterCommand, type CounterState } from './counter-policy';
import type { MemoryStore } from './memory-store';
import { ManualClock } from './manual-clock';

export interface MemoryCommitterOptions {
  readonly policy?: DecisionPolicy<CounterCommand, CounterState, null>;
  readonly cachedStreams?: number;
  readonly attempts?: number;
  readonly onFatal?: (error: Error) => void;
  readonly onFault?: OnFault<CounterCommand>;
}

/** A started committer of the toy ledger over a log in memory; it never pauses. */
export async function memoryCommitter(
  store: MemoryStore,
  options: MemoryCommitterOptions = {},
): Promise<CommitLoop<CounterCommand, CounterState, null>> {
  const runner = new BatchRunner({
    store,
    policy: options.policy ?? counterPolicy(),
    clock: new ManualClock(),
    cacheBounds: { streams: options.cachedStreams ?? 100, bytes: 1_000_000 },
    minCommandsAhead: 1,
    ...(options.onFault === undefined ? {} : { conflict: options.onFault }),
    appended: () => undefined,
  });
  const committer = new CommitLoop(runner, {
    owner: 'test',
    attempts: options.attempts ?? 12,
    pause: () => Promise.resolve(),
    onFatal: options.onFatal ?? (() => undefined),
    ...(options.onFault === undefined ? {} : { onFault: options.onFault }),
    onCommit: () => () => undefined,
  });
  await committer.start();
  return committer;
}
