import type { RuleSet } from '@kuda/rules';
import type { Account } from './account';
import { closeAccount, freezeAccount, openAccount, overrideTrust, unfreezeAccount } from './account-life';
import { adjustBalance, proposeAdjustment } from './adjustments';
import { award } from './awards';
import { Booking } from './booking';
import type { Command } from './commands';
import { decideActivity } from './decide-activity';
import { decideDue } from './due';
import { captureHold, extendHold, placeHold, releaseHold, settleHold } from './holds';
import type { Decided, LedgerFacts } from './record';
import { REFUSAL_TEXTS, type Refusal } from './refusals';
import { reverseTransaction } from './reversal';
import { placeRiskHold, resolveRiskHold } from './risk-holds';

/**
 * Decides one command: pure, the account given stays as it is. Every command has an outcome and every outcome a
 * record; a refusal is one too.
 */
export function decide(set: RuleSet, account: Account, command: Command, facts: LedgerFacts): Decided {
  const outcome = outcomeOf(new Booking(account, facts), command, set);
  return 'refused' in outcome ? refused(account, command, outcome, facts) : outcome;
}

function outcomeOf(booking: Booking, command: Command, set: RuleSet): Decided | Refusal {
  switch (command.type) {
    case 'decide-activity':
      return decideActivity(booking, command, set);
    case 'award':
      return award(booking, command, set);
    case 'place-hold':
      return placeHold(booking, command, set);
    case 'settle-hold':
      return settleHold(booking, command, set);
    case 'capture-hold':
      return captureHold(booking, command, set);
    case 'release-hold':
      return releaseHold(booking, command, set);
    case 'extend-hold':
      return extendHold(booking, command, set);
    case 'propose-adjustment':
      return proposeAdjustment(booking, command, set);
    case 'adjust-balance':
      return adjustBalance(booking, command, set);
    case 'reverse-transaction':
      return reverseTransaction(booking, command, set);
    case 'open-account':
      return openAccount(booking, command, set);
    case 'close-account':
      return closeAccount(booking, command, set);
    case 'freeze-account':
      return freezeAccount(booking, command, set);
    case 'unfreeze-account':
      return unfreezeAccount(booking, command, set);
    case 'override-trust':
      return overrideTrust(booking, command, set);
    case 'place-risk-hold':
      return placeRiskHold(booking, command, set);
    case 'resolve-risk-hold':
      return resolveRiskHold(booking, command, set);
    case 'mature-award':
    case 'expire-hold':
    case 'attend-lot':
      return decideDue(booking, command, set);
  }
}

/** A refusal moves nothing; the account only counts it. */
function refused(account: Account, command: Command, refusal: Refusal, facts: LedgerFacts): Decided {
  const holdId = 'holdId' in command ? command.holdId : '';
  const known = account.holds.find((hold) => hold.id === holdId)?.redemptionId ?? '';
  const value = {
    code: REFUSAL_TEXTS[refusal.refused].code,
    reason: refusal.refused,
    holdId,
    redemptionId: command.type === 'place-hold' ? command.redemptionId : known,
    detail: refusal.detail,
    command: command.type.replaceAll('-', '_'),
  };
  return {
    body: { case: 'commandRefused', value },
    entries: [],
    balances: [],
    lots: [],
    account: { ...account, version: facts.version },
  };
}
