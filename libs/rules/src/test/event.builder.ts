import { US_PER_DAY, US_PER_HOUR } from '../calendar';
import { decideEvent } from '../decide-event';
import type { RuleDecision } from '../decide-rule';
import type { RuleAccount } from '../event-reading';
import { EMPTY_MEMORY } from '../memory';
import type { RuleEvent } from '../rule-event';
import type { RuleSet } from '../rule-set';
import { NO_TRUST } from '../trust';

/** Midnight in Shanghai, 1 June 2026. */
export const DAY_ZERO_US = BigInt(Date.UTC(2026, 4, 31, 16)) * 1000n;

/** An instant: days and hours after DAY_ZERO_US, and microseconds. */
export function at(days: number, hours = 0, us = 0n): bigint {
  return DAY_ZERO_US + BigInt(days) * US_PER_DAY + BigInt(hours) * US_PER_HOUR + us;
}

/** An event of user `ada`; the type without prefix and version. */
export function anEvent(type: string, timeUs: bigint, data: RuleEvent['data'] = {}): RuleEvent {
  return { type: `ai.kuda.${type}.v1`, subject: 'ada', beneficiary: 'ada', timeUs, data, claims: {} };
}

/** A report of a training run of project `p`. */
export function reported(timeUs: bigint, data: RuleEvent['data']): RuleEvent {
  return anEvent('training.run.reported', timeUs, { project_id: 'p', ...data });
}

/** The rules' view of one user; says of each event `rule outcome paid` in the order of firing. */
export class RuledUser {
  account: RuleAccount = { memory: EMPTY_MEMORY, trust: NO_TRUST };
  decisions: readonly RuleDecision[] = [];
  riskReasons: readonly string[] = [];

  constructor(private readonly set: RuleSet) {}

  decide(event: RuleEvent): string[] {
    const decided = decideEvent(this.set, this.account, event);
    this.account = decided.account;
    this.decisions = decided.decisions;
    this.riskReasons = decided.riskReasons;
    return decided.decisions.map(({ rule, outcome, reason, amountPaid }) => {
      const said = `${rule.id} ${outcome} ${(amountPaid / rule.unitsPerWhole).toString()}`;
      return reason === '' ? said : `${said} ${reason}`;
    });
  }

  /** Outcomes of one rule alone. */
  of(rule: string, event: RuleEvent): string {
    return this.decide(event).find((said) => said.startsWith(`${rule} `)) ?? '';
  }
}
