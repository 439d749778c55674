import type { Account, Lot } from './account';
import type { DueCommand } from './commands';
import { awardedLot } from './decide-activity';
import { releaseHold } from './holds';
import { insertLot } from './lots';
import { post } from './postings';
import type { Decided, LedgerFacts } from './record';

interface DueItem {
  readonly atUs: bigint;
  readonly command: DueCommand;
}

/** Ledger time at which the account next wants attention, or null. */
export function dueAtUs(account: Account): bigint | null {
  return earliest(account)?.atUs ?? null;
}

/** The first thing that time asks for by `nowUs`: maturing before hold expiry before lot expiry, oldest first. */
export function dueCommand(account: Account, nowUs: bigint): DueCommand | null {
  const first = earliest(account);
  return first === null || first.atUs > nowUs ? null : first.command;
}

function earliest(account: Account): DueItem | null {
  let first: DueItem | null = null;
  for (const award of account.pending) {
    if (first === null || award.maturesAtUs < first.atUs) {
      first = { atUs: award.maturesAtUs, command: { type: 'mature-award', lotId: award.lotId } };
    }
  }
  for (const hold of account.holds) {
    if (first === null || hold.expiresAtUs < first.atUs) {
      first = { atUs: hold.expiresAtUs, command: { type: 'expire-hold', holdId: hold.id } };
    }
  }
  const lot = firstToExpire(account.lots);
  if (lot !== null && (first === null || lot.expiresAtUs < first.atUs)) {
    first = { atUs: lot.expiresAtUs, command: { type: 'attend-lot', lotId: lot.id } };
  }
  return first;
}

/** Lots of one priority stand in order of expiry, so that most accounts need only a look at the first. */
function firstToExpire(lots: readonly Lot[]): Lot | null {
  const first = lots[0] ?? null;
  if (first?.priority === lots.at(-1)?.priority) return first;
  return lots.reduce((least, lot) => (lot.expiresAtUs < least.expiresAtUs ? lot : least));
}

/** Does what time asked for. The item is there: the command was made from this very account. */
export function decideDue(account: Account, command: DueCommand, facts: LedgerFacts): Decided {
  switch (command.type) {
    case 'mature-award':
      return matureAward(account, command.lotId, facts);
    case 'expire-hold':
      return releaseHold(account, { type: 'release-hold', holdId: command.holdId, reason: 'expired' }, facts);
    case 'attend-lot':
      return expireLot(account, command.lotId, facts);
  }
}

function matureAward(account: Account, lotId: string, facts: LedgerFacts): Decided {
  const award = account.pending.find((pending) => pending.lotId === lotId);
  if (award === undefined) throw new RangeError(`no pending award ${lotId} of ${account.userId}`);
  const { rule, asset, amount } = award;
  const posted = post(account, [
    { asset, amount, from: { user: 'pending' }, to: { user: 'available', lotId } },
  ]);
  return {
    ...posted,
    body: { case: 'awardMatured', value: { rule, lotId, asset, amount } },
    account: {
      ...posted.account,
      version: facts.version,
      lots: insertLot(account.lots, awardedLot(award)),
      pending: account.pending.filter((pending) => pending !== award),
    },
  };
}

function expireLot(account: Account, lotId: string, facts: LedgerFacts): Decided {
  const lot = account.lots.find((live) => live.id === lotId);
  if (lot === undefined) throw new RangeError(`no live lot ${lotId} of ${account.userId}`);
  const { asset, remaining: amount } = lot;
  const posted = post(account, [
    { asset, amount, from: { user: 'available', lotId }, to: { platform: 'breakage' } },
  ]);
  return {
    ...posted,
    body: { case: 'lotExpired', value: { lotId, asset, amount } },
    account: { ...posted.account, version: facts.version, lots: account.lots.filter((live) => live !== lot) },
  };
}
