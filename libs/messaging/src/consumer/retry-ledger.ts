import { classifyError } from '../classify-error';
import { backoffMs } from '../backoff';

/** Failures of one kind that are not known to pass, in a row on one partition, before the process ends. */
export const MAX_UNKNOWN_ATTEMPTS = 8;

/** What to do with records whose handler failed. */
export type Verdict =
  | { readonly kind: 'retry'; readonly afterMs: number; readonly attempt: number }
  | { readonly kind: 'fenced' }
  | { readonly kind: 'give-up'; readonly attempts: number };

interface Tries {
  readonly attempts: number;
  readonly unknown: number;
}

/** Counts the failures in a row of each partition and says what follows from one more. */
export class RetryLedger {
  private readonly tries = new Map<string, Tries>();

  constructor(private readonly random: () => number = Math.random) {}

  failed(partition: string, error: unknown): Verdict {
    const failure = classifyError(error);
    const known = this.tries.get(partition) ?? { attempts: 0, unknown: 0 };
    const attempts = known.attempts + 1;
    const unknown = known.unknown + (failure === 'unknown' ? 1 : 0);
    this.tries.set(partition, { attempts, unknown });
    if (failure === 'fenced') return { kind: 'fenced' };
    if (unknown >= MAX_UNKNOWN_ATTEMPTS) return { kind: 'give-up', attempts };
    return { kind: 'retry', afterMs: backoffMs(attempts, this.random()), attempt: attempts };
  }

  succeeded(partition: string): void {
    this.tries.delete(partition);
  }
}
