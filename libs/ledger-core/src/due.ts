import type { RuleSet } from '@kuda/rules';
import type { Account } from './account';
import type { Booking } from './booking';
import type { DueCommand } from './commands';
import { mature } from './credits';
import { releaseHold } from './holds';
import { WARN_DAYS } from './limits';
import { warningsOver, type Lot } from './lot';
import type { Decided } from './record';
import { NEVER_US } from './tree/node';

interface DueItem {
  readonly atUs: bigint;
  readonly command: DueCommand;
}

/** Ledger time at which the account next wants attention, or null. */
export function dueAtUs(account: Account): bigint | null {
  return earliest(account)?.atUs ?? null;
}

/**
 * The first thing that time asks for by `nowUs`: the oldest; at one instant maturing before hold expiry before lots. No
 * entry stands for a proposal or a risk hold whose time is over: they are no longer looked at.
 */
export function dueCommand(account: Account, nowUs: bigint): DueCommand | null {
  const first = earliest(account);
  return first === null || first.atUs > nowUs ? null : first.command;
}

function earliest(account: Account): DueItem | null {
  let first: DueItem | null = null;
  const award = account.pending.earliest();
  if (award !== null) {
    first = { atUs: award.maturesAtUs, command: { type: 'mature-award', lotId: award.lotId } };
  }
  for (const hold of account.holds) {
    if (first === null || hold.expiresAtUs < first.atUs) {
      first = { atUs: hold.expiresAtUs, command: { type: 'expire-hold', holdId: hold.id } };
    }
  }
  let atUs = first?.atUs ?? NEVER_US;
  let lot: Lot | null = null;
  for (const tree of account.lots.values()) {
    if (tree.dueAtUs >= atUs) continue;
    atUs = tree.dueAtUs;
    lot = tree.earliest();
  }
  return lot === null ? first : { atUs, command: { type: 'attend-lot', lotId: lot.id } };
}

/** Does what time asked for. The item is there: the command was made from this very account. */
export function decideDue(booking: Booking, command: DueCommand, set: RuleSet): Decided {
  switch (command.type) {
    case 'mature-award':
      return matureAward(booking, command.lotId);
    case 'expire-hold': {
      const release = { type: 'release-hold', holdId: command.holdId, reason: 'expired' } as const;
      const decided = releaseHold(booking, release, set);
      if ('refused' in decided) throw new RangeError(decided.detail);
      return decided;
    }
    case 'attend-lot':
      return attendLot(booking, command.lotId);
  }
}

function matureAward(booking: Booking, lotId: string): Decided {
  const award = booking.pending.find({ lotId });
  if (award === null) throw new RangeError(`no pending award ${lotId} of ${booking.account.userId}`);
  mature(booking, award);
  const { origin: rule, asset, amount } = award;
  return booking.decided({ case: 'awardMatured', value: { rule, lotId, asset, amount } });
}

/** Lets a lot expire whose end has come; else warns that it is near. Of several warnings missed, the last is given. */
function attendLot(booking: Booking, lotId: string): Decided {
  const lot = earliestLot(booking.account, lotId);
  const { asset, remaining, expiresAtUs } = lot;
  if (expiresAtUs <= booking.nowUs) {
    booking.move('breakage', { asset, amount: remaining, lotId });
    booking.putLot({ ...lot, remaining: 0n });
    return booking.decided({ case: 'lotExpired', value: { lotId, asset, amount: remaining } });
  }
  const warned = warningsOver(asset, expiresAtUs, booking.nowUs);
  const daysLeft = WARN_DAYS[warned - 1];
  if (daysLeft === undefined) throw new RangeError(`lot ${lotId} is not due`);
  booking.putLot({ ...lot, warned });
  return booking.decided({ case: 'lotExpiring', value: { lotId, asset, remaining, expiresAtUs, daysLeft } });
}

function earliestLot(account: Account, lotId: string): Lot {
  for (const tree of account.lots.values()) {
    const lot = tree.earliest();
    if (lot?.id === lotId) return lot;
  }
  throw new RangeError(`lot ${lotId} of ${account.userId} is not due`);
}
