import { decideInPlace, type OwnAccount } from '../decide-event';
import { EMPTY_MEMORY } from '../memory';
import type { RuleEvent } from '../rule-event';
import type { RuleSet } from '../rule-set';
import { NO_TRUST } from '../trust';

/** What a rule set gives for a stream, in the shape of the expect files. */
export interface Tally {
  readonly by_rule: Record<string, number>;
  readonly outcomes: Record<string, number>;
  readonly by_user: Record<string, number>;
  points: number;
  users_paid: number;
}

/** Decides a stream in its order and adds up what was paid. */
export function tally(set: RuleSet, events: readonly RuleEvent[]): Tally {
  const accounts = new Map<string, OwnAccount>();
  const sums: Tally = { by_rule: {}, outcomes: {}, by_user: {}, points: 0, users_paid: 0 };
  for (const event of events) {
    const account = accounts.get(event.beneficiary) ?? { memory: EMPTY_MEMORY.fork(), trust: NO_TRUST };
    accounts.set(event.beneficiary, account);
    const decided = decideInPlace(set, account, event, { describe: false });
    for (const decision of decided.decisions) {
      if (decision.outcome === 'not_matched') continue;
      add(sums.outcomes, `${decision.rule.id}/${decision.outcome}`, 1);
      if (decision.amountPaid === 0n) continue;
      const whole = Number(decision.amountPaid / decision.rule.unitsPerWhole);
      add(sums.by_rule, decision.rule.id, whole);
      if (decision.rule.asset !== 'POINT') continue;
      add(sums.by_user, event.beneficiary, whole);
      sums.points += whole;
    }
  }
  sums.users_paid = Object.keys(sums.by_user).length;
  return sums;
}

function add(into: Record<string, number>, key: string, amount: number): void {
  into[key] = (into[key] ?? 0) + amount;
}
