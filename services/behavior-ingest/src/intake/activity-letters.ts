import type { ConflictOutcome, FaultedOutcome } from '@kuda/event-store';
import { PendingLetters } from '@kuda/messaging';
import { Injectable, Logger } from '@nestjs/common';

/**
 * The records at work, and the dead letters of those that the log itself cannot take; never of an invalid event, which is
 * recorded as rejected.
 */
@Injectable()
export class ActivityLetters extends PendingLetters<FaultedOutcome | ConflictOutcome> {
  constructor() {
    const logger = new Logger(ActivityLetters.name);
    super({
      // An id that was taken for other content is a duplicate: that is recorded, too.
      reasonOf: (outcome) => (outcome.status === 'faulted' ? outcome : null),
      onLetter: ({ topic, partition, offset }, { code, detail }) => {
        logger.error({ topic, partition, offset: offset.toString(), code, detail }, 'event not recorded');
      },
    });
  }
}
