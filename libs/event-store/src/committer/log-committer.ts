import { LogError, LogUnavailableError, messageOf } from '../errors';
import type {
  CommandEnvelope,
  CommitSignal,
  Committer,
  ConflictOutcome,
  FaultedOutcome,
  InputOffset,
  Outcome,
} from '../ports';
import { classifySqlError } from '../sql/sql-state';
import type { BatchRunner } from './batch-runner';
import { bisect, type Isolation } from './bisect';
import { MAX_BATCH_COMMANDS, MAX_DUE_ROUNDS } from './limits';
import { WorkQueue, type Answer, type Task, type Work } from './work-queue';

/** The codes that belong to one command, not to the whole log. */
const OF_ONE_COMMAND = new Set([
  'KUDA-LOG-1003',
  'KUDA-LOG-1004',
  'KUDA-LOG-1007',
  'KUDA-LOG-1008',
  'KUDA-LOG-1017',
]);

function isTransient(error: unknown): boolean {
  return (
    (error instanceof Error && error.name === 'TransientError') || classifySqlError(error) === 'transient'
  );
}

function isolatable(error: unknown): boolean {
  if (error instanceof LogError) return OF_ONE_COMMAND.has(error.code);
  return classifySqlError(error) === 'data';
}

function faulted(error: unknown): FaultedOutcome {
  const code = error instanceof LogError ? error.code : 'KUDA-LOG-1003';
  return { status: 'faulted', code, detail: messageOf(error) };
}

/** A committer with its life: one per log and process. */
export interface LogCommitter<C> extends Committer<C>, CommitSignal {
  /** The fencing token; throws KUDA-LOG-1013 before `start`. */
  readonly epoch: bigint;
  /** The head position as this writer knows it. */
  readonly position: bigint;
  /** Commands that wait. */
  readonly queued: number;
  /** Acquires the epoch: every other owner of this log is fenced out. */
  start(): Promise<void>;
  /** Refuses new commands, answers all that are queued, then resolves. */
  stop(): Promise<void>;
  /** Remembers an input that yields no entry (an unknown type, a dead letter) as dealt with. */
  storeOffset(input: InputOffset): Promise<void>;
  /** Appends what is due on these streams now. */
  wake(streamIds: readonly string[]): Promise<readonly Answer[]>;
}

/** Told of a command that cannot be stored or decided, or that conflicts with an earlier one of its id. */
export type OnFault<C> = (
  command: CommandEnvelope<C>,
  outcome: FaultedOutcome | ConflictOutcome,
) => Promise<void>;

export interface CommitLoopSettings<C> extends CommitSignal {
  readonly owner: string;
  /** How often a batch is tried while the database is away. */
  readonly attempts: number;
  /** Waits before the next attempt. */
  readonly pause: (failures: number) => Promise<void>;
  readonly onFatal: (error: Error) => void;
  readonly onFault?: OnFault<C>;
}

/** The loop: takes whatever is queued, appends it, takes again. */
export class CommitLoop<C, State, Context> implements LogCommitter<C> {
  private readonly queue = new WorkQueue<C>();
  private phase: 'new' | 'open' | 'closed' = 'new';
  private failure: Error | null = null;
  private active: Promise<void> | null = null;
  /** Works of the batch under way that have no answer: a part of them is a bisection, which nothing follows. */
  private open = 0;
  private readonly waiting = () => this.queue.peek(MAX_BATCH_COMMANDS);
  private readonly isolation: Isolation<Work<C>> = {
    run: (items) => this.runner.run(items, items.length === this.open ? this.waiting : null),
    isolatable,
    culprit: (work, error) => this.settleFault(work, error),
    done: (work) => work.done,
  };

  constructor(
    private readonly runner: BatchRunner<C, State, Context>,
    private readonly settings: CommitLoopSettings<C>,
  ) {}

  get epoch(): bigint {
    return this.runner.writer.ownEpoch;
  }

  get position(): bigint {
    return this.runner.writer.position;
  }

  get queued(): number {
    return this.queue.size;
  }

  onCommit(listener: (position: bigint) => void): () => void {
    return this.settings.onCommit(listener);
  }

  async start(): Promise<void> {
    for (let failures = 0; this.phase === 'new';) {
      try {
        await this.runner.writer.acquire(this.settings.owner);
        this.phase = 'open';
      } catch (error) {
        failures += 1;
        if (failures >= this.settings.attempts || !isTransient(error)) throw error;
        await this.settings.pause(failures);
      }
    }
  }

  async stop(): Promise<void> {
    this.phase = 'closed';
    await this.active;
  }

  async submit(commands: readonly CommandEnvelope<C>[]): Promise<readonly Outcome[]> {
    const answers = await this.enqueue(commands.map((command) => ({ kind: 'command', command })));
    return answers.filter((answer) => answer !== null);
  }

  async storeOffset(input: InputOffset): Promise<void> {
    await this.enqueue([{ kind: 'offset', input }]);
  }

  wake(streamIds: readonly string[]): Promise<readonly Answer[]> {
    return this.enqueue(streamIds.map((streamId) => ({ kind: 'wake', streamId })));
  }

  private enqueue(tasks: readonly Task<C>[]): Promise<readonly Answer[]> {
    if (this.failure !== null) return Promise.reject(this.failure);
    if (this.phase !== 'open') {
      return Promise.reject(new LogUnavailableError('KUDA-LOG-1013', `the committer is ${this.phase}`));
    }
    const answers = this.queue.put(tasks);
    if (this.active === null && this.queue.size > 0) this.active = this.drain();
    else this.runner.lookAhead();
    return answers;
  }

  private async drain(): Promise<void> {
    while (this.queue.size > 0) {
      const works = this.queue.take(this.runner.decidedAhead ?? MAX_BATCH_COMMANDS);
      try {
        await this.process(works);
      } catch (error) {
        this.fail(works, error);
      }
    }
    // In the same tick as the last look at the queue: who submits after it must start the next drain.
    this.active = null;
  }

  private async process(works: readonly Work<C>[]): Promise<void> {
    let failures = 0;
    let idleRounds = 0;
    // What is answered is never run again: its caller may have been told that it is at fault.
    for (let open = works; open.length > 0; open = open.filter((work) => !work.done)) {
      this.open = open.length;
      try {
        await bisect(open, this.isolation);
        failures = 0;
      } catch (error) {
        failures += 1;
        if (!isTransient(error) || failures >= this.settings.attempts) throw error;
        await this.settings.pause(failures);
        continue;
      }
      idleRounds = open.some((work) => work.done) ? 0 : idleRounds + 1;
      if (idleRounds <= MAX_DUE_ROUNDS) continue;
      const [first] = open;
      if (first !== undefined)
        await this.settleFault(first, new LogError('KUDA-LOG-1008', 'too much is due'));
    }
    this.runner.writer.settled();
  }

  /** What cannot be processed is put aside before its sender is answered, or its input's offset moves past it. */
  private async settleFault(work: Work<C>, error: unknown): Promise<void> {
    const outcome = faulted(error);
    if (work.task.kind === 'command') await this.settings.onFault?.(work.task.command, outcome);
    work.settle(outcome);
  }

  /**
   * Everything queued fails together: a later command of the same input must not store its offset before an
   * earlier one has had its effect. Unavailability passes; anything else ends this writer.
   */
  private fail(works: readonly Work<C>[], error: unknown): void {
    const passing = isTransient(error);
    const reason = passing
      ? new LogUnavailableError('KUDA-LOG-1005', messageOf(error), { cause: error })
      : error instanceof Error
        ? error
        : new Error(messageOf(error));
    for (const work of works) if (!work.done) work.fail(reason);
    if (!passing) this.failure = reason;
    this.queue.failAll(reason);
    if (!passing) this.settings.onFatal(reason);
  }
}
