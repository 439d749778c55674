import type { Clock, SqlClient } from '../ports';
import { dueStreams } from '../readers/states';
import { TailLoop } from '../tail/tail-loop';
import { LogError } from '../errors';
import { DUE_POLL_MS, MAX_DUE_STREAMS } from './limits';
import type { LogCommitter } from './log-committer';

export interface DueTickerOptions {
  readonly sql: SqlClient;
  readonly committer: Pick<LogCommitter<never>, 'wake'>;
  readonly clock: Clock;
  readonly onFatal: (error: Error) => void;
}

/** Gives idle streams what time asks for; busy ones get it in front of their next command. */
export class DueTicker {
  private readonly loop: TailLoop;

  constructor(private readonly options: DueTickerOptions) {
    this.loop = new TailLoop({
      name: 'due ticker',
      pollMs: DUE_POLL_MS,
      step: () => this.tick(),
      onFatal: options.onFatal,
    });
  }

  /** Why the last tick failed, or null. */
  get lastError(): string | null {
    return this.loop.lastError;
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** One look: wakes the streams that are due, longest overdue first; true when more may be due. */
  async tick(): Promise<boolean> {
    const { sql, committer, clock } = this.options;
    const streamIds = await dueStreams(sql, clock.nowUs(), MAX_DUE_STREAMS);
    if (streamIds.length === 0) return false;
    const answers = await committer.wake(streamIds);
    const fault = answers.find((answer) => answer?.status === 'faulted');
    if (fault?.status === 'faulted') throw new LogError('KUDA-LOG-1011', `${fault.code} ${fault.detail}`);
    return streamIds.length === MAX_DUE_STREAMS;
  }
}
