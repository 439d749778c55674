import type { ConflictOutcome, FaultedOutcome } from '@kuda/event-store';
import { PendingLetters } from '@kuda/messaging';
import { Injectable, Logger } from '@nestjs/common';
import { GPU_ERROR_CODES } from '../error-codes';

/** The orders at work, and the dead letters of those that the log cannot take or knows with other content. */
@Injectable()
export class OrderLetters extends PendingLetters<FaultedOutcome | ConflictOutcome> {
  constructor() {
    const logger = new Logger(OrderLetters.name);
    super({
      reasonOf: (outcome) => {
        if (outcome.status === 'faulted') {
          return { code: GPU_ERROR_CODES.orderFault.code, detail: outcome.detail };
        }
        const { code, title } = GPU_ERROR_CODES.orderConflict;
        return { code, detail: title };
      },
      onLetter: ({ topic, partition, offset }, { code, detail }) => {
        logger.error({ topic, partition, offset: offset.toString(), code, detail }, 'an order is put aside');
      },
    });
  }
}
