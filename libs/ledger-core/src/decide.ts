import type { RuleSet } from '@kuda/rules';
import type { Account } from './account';
import type { Command } from './commands';
import { decideActivity } from './decide-activity';
import { decideDue } from './due';
import { placeHold, releaseHold, settleHold } from './holds';
import type { Decided, LedgerFacts } from './record';

/**
 * Decides one command: pure, the account given stays as it is. Every command has an outcome and every outcome a
 * record; a refusal is one too.
 */
export function decide(set: RuleSet, account: Account, command: Command, facts: LedgerFacts): Decided {
  switch (command.type) {
    case 'decide-activity':
      return decideActivity(set, account, command.activity, facts);
    case 'place-hold':
      return placeHold(account, command, facts);
    case 'settle-hold':
      return settleHold(account, command, facts);
    case 'release-hold':
      return releaseHold(account, command, facts);
    case 'mature-award':
    case 'expire-hold':
    case 'attend-lot':
      return decideDue(account, command, facts);
    default:
      throw new RangeError(`${command.type} is not decided yet`);
  }
}
