import { addLife } from '@kuda/rules';
import { isSpendable } from './assets';
import type { Booking } from './booking';
import type { AwardCommand } from './commands';
import { creditAward, creditPending } from './credits';
import { closedAccount, type Handler } from './handler';
import { DEFAULT_LOT_LIFE, MAX_AMOUNT, MAX_LOT_LIFE_US } from './limits';
import { refusal, type Refusal } from './refusals';

const SOURCE = /^(?:goodwill|issuance\/[A-Za-z0-9][A-Za-z0-9._-]{0,63})$/;
const RESTRICTION = /^(?:[a-z0-9][a-z0-9.-]{0,63})?$/;

/** The lot that a record makes outside of the rules. */
export function lotOfRecord(booking: Booking, ordinal = 1): string {
  return `lot-${booking.facts.position.toString()}.${String(ordinal)}`;
}

/** Credits an amount outside of the rules; like every award it repays what is owed. */
export const award: Handler<AwardCommand> = (booking, command, set) => {
  const { asset, amount, from, origin, pendingUntilUs, restriction, priority, reason } = command;
  const refused = checkAward(booking, command);
  if (refused !== null) return refused;
  const { nowUs } = booking;
  const expiresAtUs =
    command.expiresAtUs === 0n ? addLife(set.calendar, nowUs, DEFAULT_LOT_LIFE) : command.expiresAtUs;
  const lotId = lotOfRecord(booking);
  const credit = {
    lotId,
    asset,
    amount,
    origin,
    source: from,
    expiresAtUs,
    restriction,
    priority,
    twins: [],
  };
  const waits = pendingUntilUs > nowUs;
  if (waits) creditPending(booking, { ...credit, maturesAtUs: pendingUntilUs, riskHoldId: '' });
  else creditAward(booking, credit);
  const value = { lotId, asset, amount, origin, reason, pendingUntilUs: waits ? pendingUntilUs : 0n };
  return booking.decided({ case: 'awarded', value }, { status: 'open' });
};

function checkAward(booking: Booking, command: AwardCommand): Refusal | null {
  const closed = closedAccount(booking);
  if (closed !== null) return closed;
  const { asset, amount, from, restriction, expiresAtUs, pendingUntilUs } = command;
  if (!isSpendable(asset)) return refusal('asset_invalid', `no awards of ${asset}`);
  if (amount <= 0n || amount > MAX_AMOUNT) return refusal('amount_invalid', 'an award is above 0');
  if (!SOURCE.test(from)) return refusal('source_invalid', `no awards from ${from}`);
  if (!RESTRICTION.test(restriction)) return refusal('restriction_invalid', 'not the prefix of a SKU');
  const refused = checkEnd(booking, expiresAtUs, pendingUntilUs);
  if (refused !== null) return refused;
  return booking.hasRoomFor(command)
    ? null
    : refusal('too_many_lot_kinds', 'too many assets and restrictions');
}

/** A lot ends after it begins, and within ten years; 0 stands for the default. */
export function checkEnd(booking: Booking, expiresAtUs: bigint, beginsAtUs = 0n): Refusal | null {
  if (beginsAtUs > booking.nowUs + MAX_LOT_LIFE_US) return refusal('expiry_invalid', 'pending for too long');
  if (expiresAtUs === 0n) return null;
  const begins = beginsAtUs > booking.nowUs ? beginsAtUs : booking.nowUs;
  if (expiresAtUs > begins && expiresAtUs <= booking.nowUs + MAX_LOT_LIFE_US) return null;
  return refusal('expiry_invalid', 'a lot ends after it begins, and within ten years');
}
