import type { CommandRefused, LedgerRecord } from '@kuda/contracts';
import type { SagaInput } from '../domain/saga';
import { amountsFrom } from './decode-step';
import { isRedemptionId, type SagaCommand } from './saga-command';

/** The ledger's reason for a hold that ran out in ledger time. */
const EXPIRED = 'expired';

/** What a record of the ledger says to a redemption; null for the many that are about other things. */
export function ledgerInput(record: LedgerRecord): SagaCommand | null {
  const { userId, body } = record;
  switch (body.case) {
    case 'holdPlaced':
      return commandOf(body.value.redemptionId, userId, { type: 'hold_placed' });
    case 'holdSettled': {
      const { redemptionId, captured, released } = body.value;
      const amounts = { captured: amountsFrom(captured), released: amountsFrom(released) };
      return commandOf(redemptionId, userId, { type: 'hold_settled', ...amounts });
    }
    case 'holdReleased': {
      const { redemptionId, released, reason } = body.value;
      const isExpired = reason === EXPIRED;
      return commandOf(redemptionId, userId, {
        type: 'hold_released',
        released: amountsFrom(released),
        isExpired,
      });
    }
    case 'commandRefused':
      return refusalOf(record.commandId, userId, body.value);
    default:
      return null;
  }
}

function commandOf(redemptionId: string, userId: string, input: SagaInput): SagaCommand | null {
  return isRedemptionId(redemptionId) ? { redemptionId, userId, input } : null;
}

/** The refused command's own id says whose it was and what it asked (`redemption.relay.ts` gives these ids). */
function refusalOf(commandId: string, userId: string, refusal: CommandRefused): SagaCommand | null {
  const { code, reason } = refusal;
  const separator = commandId.lastIndexOf(':');
  const redemptionId = commandId.slice(0, Math.max(separator, 0));
  switch (commandId.slice(separator + 1)) {
    case 'hold':
      return commandOf(redemptionId, userId, { type: 'hold_refused', code, reason });
    case 'settle':
    case 'release':
      return commandOf(redemptionId, userId, { type: 'settlement_refused', code });
    default:
      return null;
  }
}
