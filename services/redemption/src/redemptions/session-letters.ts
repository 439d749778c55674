import type { ConflictOutcome, FaultedOutcome } from '@kuda/event-store';
import { PendingLetters } from '@kuda/messaging';
import { Injectable, Logger } from '@nestjs/common';
import { REDEMPTION_ERROR_CODES } from '../error-codes';

/** The session events at work, and the dead letters of those that the log cannot take. */
@Injectable()
export class SessionLetters extends PendingLetters<FaultedOutcome | ConflictOutcome> {
  constructor() {
    const logger = new Logger(SessionLetters.name);
    const { code } = REDEMPTION_ERROR_CODES.inputFault;
    super({
      // The first of two events under one version of a session stands.
      reasonOf: (outcome) => (outcome.status === 'faulted' ? { code, detail: outcome.detail } : null),
      onLetter: ({ topic, partition, offset }, { detail }) => {
        const place = { topic, partition, offset: offset.toString() };
        logger.error({ ...place, code, detail }, 'a session event is put aside');
      },
    });
  }
}
