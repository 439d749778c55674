import type { ConflictOutcome, FaultedOutcome } from '@kuda/event-store';
import { PendingLetters } from '@kuda/messaging';
import { Injectable, Logger } from '@nestjs/common';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { LedgerMetrics } from '../ledger.metrics';

/**
 * The records at work, and their dead letters: of what cannot be read, of what the log cannot take, and of whoever asks
 * for a command a second time with other content.
 */
@Injectable()
export class LedgerLetters extends PendingLetters<FaultedOutcome | ConflictOutcome> {
  constructor(metrics: LedgerMetrics) {
    const logger = new Logger(LedgerLetters.name);
    super({
      reasonOf,
      onLetter: ({ topic, partition, offset }, { code, detail }) => {
        logger.error({ topic, partition, offset: offset.toString(), code, detail }, 'message put aside');
        metrics.putAside(code);
      },
    });
  }
}

function reasonOf(outcome: FaultedOutcome | ConflictOutcome): {
  readonly code: string;
  readonly detail: string;
} {
  if (outcome.status === 'faulted') return outcome;
  const { commandId, position } = outcome.entry;
  const detail = `command ${commandId} was decided at ${position.toString()}`;
  return { code: LEDGER_ERROR_CODES.conflict.code, detail };
}
