import { setTimeout as sleep } from 'node:timers/promises';
import { problem, TimeLimitError, withTimeLimit } from '@kuda/service-kit';
import { INGEST_ERROR_CODES } from '../error-codes';

/** Commands that may wait for the log when a request comes in: a few batches, well under a second. */
export const MAX_WAITING_COMMANDS = 8_192;
/** Requests that may wait for the log to catch up; a further one is refused at once. */
export const MAX_WAITING_REQUESTS = 256;
/** How long a request waits for the log to catch up before it is refused, in milliseconds. */
export const ADMISSION_WAIT_MS = 500;
/** How often it looks, in milliseconds. */
const ADMISSION_POLL_MS = 20;
/** How long a request waits for its own record, in milliseconds; after that its outcome is unknown to the caller. */
export const RECORD_LIMIT_MS = 10_000;
const RETRY_AFTER_SECONDS = '1';

/** The queue that a request would join. */
export interface Backlog {
  readonly queued: number;
}

function overloaded(detail?: string): Error {
  const headers = { 'retry-after': RETRY_AFTER_SECONDS };
  return problem(INGEST_ERROR_CODES.overloaded, { headers, ...(detail === undefined ? {} : { detail }) });
}

/** Keeps requests from piling up before a log that cannot keep pace: a short wait, then 503 with Retry-After. */
export class Admission {
  private waiting = 0;

  constructor(private readonly backlog: Backlog) {}

  /** Runs `work` when the queue has room for `size` commands. @throws ProblemException (503) when it has not. */
  async run<T>(size: number, work: () => Promise<T>): Promise<T> {
    await this.enter(size);
    try {
      return await withTimeLimit(RECORD_LIMIT_MS, work);
    } catch (error) {
      const passing =
        error instanceof TimeLimitError || (error instanceof Error && error.name === 'TransientError');
      throw passing
        ? overloaded(
            'The log does not answer; whether the events were taken, a repeat of the request will tell.',
          )
        : error;
    }
  }

  private hasRoom(size: number): boolean {
    return this.backlog.queued + size <= MAX_WAITING_COMMANDS;
  }

  private async enter(size: number): Promise<void> {
    if (this.hasRoom(size)) return;
    if (this.waiting >= MAX_WAITING_REQUESTS) throw overloaded();
    this.waiting += 1;
    try {
      for (let waited = 0; waited < ADMISSION_WAIT_MS; waited += ADMISSION_POLL_MS) {
        await sleep(ADMISSION_POLL_MS);
        if (this.hasRoom(size)) return;
      }
    } finally {
      this.waiting -= 1;
    }
    throw overloaded();
  }
}
