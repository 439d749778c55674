import { addLife, type RuleDecision, type RuleSet, type RuleVersion } from '@kuda/rules';
import type { Decision } from './body';
import type { Booking } from './booking';
import { creditAward, creditPending } from './credits';
import { FADED_AFTER_HALF_LIVES, US_PER_DAY } from './limits';
import type { Twin } from './pending';

/** Priority of lots that rules pay; lower is spent first. */
const RULE_LOT_PRIORITY = 0;

/** What a rule's award is booked by. */
export interface RuleAward {
  readonly decision: RuleDecision;
  readonly lotId: string;
  /** Event time, from which the pending period runs. */
  readonly timeUs: bigint;
  /** The risk hold under which it waits for an operator; empty when there is none. */
  readonly riskHoldId: string;
}

/** Books what a rule paid, and says what became of it; the amount and the outcome are the rule's, whatever is held. */
export function bookRuleAward(booking: Booking, set: RuleSet, award: RuleAward): Decision {
  const { decision, riskHoldId, timeUs } = award;
  const { rule, amountPaid, outcome } = decision;
  const paid = amountPaid > 0n;
  const lotId = paid ? award.lotId : '';
  const { nowUs } = booking;
  // A pending period runs from the event's own time; one that is over by now leaves nothing to wait for.
  const maturesAtUs = timeUs + rule.pendingUs;
  const held = paid && riskHoldId !== '';
  const waits = held || (paid && rule.pendingUs > 0n && maturesAtUs > nowUs);
  if (paid) {
    const credit = {
      lotId,
      asset: rule.asset,
      amount: amountPaid,
      origin: rule.id,
      source: `issuance/${rule.id}`,
      expiresAtUs: addLife(set.calendar, nowUs, rule.lotLife),
      restriction: '',
      priority: RULE_LOT_PRIORITY,
      twins: twinsOf(set, rule, nowUs),
    };
    if (waits) creditPending(booking, { ...credit, maturesAtUs, riskHoldId });
    else creditAward(booking, credit);
  }
  return {
    rule: rule.id,
    ruleHash: rule.hash,
    outcome,
    reason: held && outcome === 'awarded' ? 'risk_hold' : decision.reason,
    asset: rule.asset,
    amountFull: decision.amountFull,
    amountPaid,
    amountShadow: decision.amountShadow,
    pendingUntilUs: waits ? later(maturesAtUs, nowUs) : 0n,
    lotId,
    factsJson: decision.factsJson,
  };
}

/** A fading asset's lot lives until hardly anything of it counts; another's as long as the award's own. */
function twinsOf(set: RuleSet, rule: RuleVersion, nowUs: bigint): readonly Twin[] {
  return rule.alsoCredits.map((asset) => {
    const halfLife = set.assets.get(asset)?.halfLifeDays ?? null;
    const expiresAtUs =
      halfLife === null
        ? addLife(set.calendar, nowUs, rule.lotLife)
        : nowUs + BigInt(halfLife * FADED_AFTER_HALF_LIVES) * US_PER_DAY;
    return { asset, expiresAtUs };
  });
}

function later(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
