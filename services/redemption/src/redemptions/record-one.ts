import type { Committer, Outcome } from '@kuda/event-store';
import { HTTP_ERROR_CODES, problem, TimeLimitError, withTimeLimit } from '@kuda/service-kit';
import type { SagaCommand, SagaEnvelope } from './saga-command';

/** How long a caller waits for the log, in milliseconds; repeating is safe, so giving up early costs nothing. */
const RECORD_LIMIT_MS = 10_000;
const RETRY_AFTER_SECONDS = '1';

/** An outcome that is on the log. */
export type LoggedOutcome = Exclude<Outcome, { status: 'faulted' }>;

function isPassing(error: unknown): boolean {
  return error instanceof TimeLimitError || (error instanceof Error && error.name === 'TransientError');
}

/** Has the log decide one command of a caller. @throws ProblemException (503) while the log cannot be written */
export async function recordOne(
  committer: Committer<SagaCommand>,
  envelope: SagaEnvelope,
): Promise<LoggedOutcome> {
  let outcome: Outcome | undefined;
  try {
    [outcome] = await withTimeLimit(RECORD_LIMIT_MS, () => committer.submit([envelope]));
  } catch (error) {
    if (!isPassing(error)) throw error;
    throw problem(HTTP_ERROR_CODES.unavailable, { headers: { 'retry-after': RETRY_AFTER_SECONDS } });
  }
  if (outcome === undefined || outcome.status === 'faulted') throw problem(HTTP_ERROR_CODES.internal);
  return outcome;
}
