import type { RuleSet } from '@kuda/rules';
import type { Account } from './account';
import type { Booking } from './booking';
import type { DueCommand } from './commands';
import { mature } from './credits';
import { releaseHold } from './holds';
import { WARN_DAYS } from './limits';
import { compareLots, LOT_ORDER, warningsOver, type Lot } from './lot';
import type { Decided } from './record';
import { NEVER_US, type Instants } from './tree/node';

interface DueItem {
  readonly atUs: bigint;
  readonly command: DueCommand;
}

/** Ledger time at which the account next wants attention, or null. */
export function dueAtUs(account: Account): bigint | null {
  let atUs = firstOfOthers(account)?.atUs ?? NEVER_US;
  for (const { instants } of account.lots.values()) if (instants.dueAtUs < atUs) atUs = instants.dueAtUs;
  return atUs === NEVER_US ? null : atUs;
}

/**
 * The first thing that time asks for by `nowUs`: the oldest; at one instant maturing before hold expiry before lots. Lots
 * whose end has come expire in the order of their ends, before others are warned of. No entry stands for a proposal or a
 * risk hold whose time is over: they are no longer looked at.
 */
export function dueCommand(account: Account, nowUs: bigint): DueCommand | null {
  // Asked before every command, and nearly always there is nothing: the roots' instants say so without looking further.
  if ((dueAtUs(account) ?? NEVER_US) > nowUs) return null;
  const other = firstOfOthers(account);
  const lot = firstLot(account, nowUs);
  const first = lot !== null && (other === null || lot.atUs < other.atUs) ? lot : other;
  return first === null || first.atUs > nowUs ? null : first.command;
}

function firstOfOthers(account: Account): DueItem | null {
  let first: DueItem | null = null;
  const award = account.pending.earliest('dueAtUs');
  if (award !== null) {
    first = { atUs: award.maturesAtUs, command: { type: 'mature-award', lotId: award.lotId } };
  }
  for (const hold of account.holds) {
    if (first === null || hold.expiresAtUs < first.atUs) {
      first = { atUs: hold.expiresAtUs, command: { type: 'expire-hold', holdId: hold.id } };
    }
  }
  return first;
}

function firstLot(account: Account, nowUs: bigint): DueItem | null {
  const ended = earliestLot(account, 'endsAtUs');
  const which = ended !== null && ended.expiresAtUs <= nowUs ? 'endsAtUs' : 'dueAtUs';
  const lot = which === 'endsAtUs' ? ended : earliestLot(account, which);
  return lot === null
    ? null
    : { atUs: LOT_ORDER[which](lot), command: { type: 'attend-lot', lotId: lot.id } };
}

/** The lot that ends, or wants attention, earliest; of several at one instant the first in spending order. */
function earliestLot(account: Account, which: keyof Instants): Lot | null {
  let atUs = NEVER_US;
  let first: Lot | null = null;
  for (const { instants } of account.lots.values()) if (instants[which] < atUs) atUs = instants[which];
  for (const tree of account.lots.values()) {
    const lot = tree.instants[which] === atUs ? tree.earliest(which) : null;
    if (lot !== null && (first === null || compareLots(lot, first) < 0)) first = lot;
  }
  return first;
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
  const lot = dueLot(booking.account, lotId);
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

/** The lot that a command of time names: one of those that end, or want attention, first. */
function dueLot(account: Account, lotId: string): Lot {
  const lot = [earliestLot(account, 'endsAtUs'), earliestLot(account, 'dueAtUs')].find(
    (each) => each?.id === lotId,
  );
  if (lot === undefined || lot === null) throw new RangeError(`lot ${lotId} of ${account.userId} is not due`);
  return lot;
}
