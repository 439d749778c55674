import type { RuleSet } from '@kuda/rules';
import type { Booking } from './booking';
import type { Decided } from './record';
import { refusal, type Refusal } from './refusals';

/** Decides one kind of command: books what it moves, or says why it is refused. A refusal leaves the booking unused. */
export type Handler<C> = (booking: Booking, command: C, set: RuleSet) => Decided | Refusal;

/** Most commands begin with this. */
export function closedAccount({ account }: Booking): Refusal | null {
  return account.status === 'closed' ? refusal('account_closed', 'the account is closed') : null;
}
