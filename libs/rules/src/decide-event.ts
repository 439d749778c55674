import { decideRule, type RuleDecision } from './decide-rule';
import { EventReading, type RuleAccount } from './event-reading';
import { RuleMemory } from './memory';
import { rememberAward, rememberEarning, rememberEvent } from './remember';
import { keyPart, type RuleEvent } from './rule-event';
import { isInForce, type EventRules, type RuleSet, type RuleVersion } from './rule-set';
import { trustAfterEvent, type TrustFacts } from './trust';

/** Why awards of an event wait for an operator: too many earning events of this user in an hour. */
export type RiskReason = 'velocity_events';

export interface EventDecided {
  readonly decisions: readonly RuleDecision[];
  /** Found by the user's own events; reasons that cross users come with the event. */
  readonly riskReasons: readonly RiskReason[];
}

/** An account that is decided in place: nobody else may hold its memory. */
export interface OwnAccount {
  readonly memory: RuleMemory;
  trust: TrustFacts;
}

const NOTHING: EventDecided = { decisions: [], riskReasons: [] };
const NO_RISK: readonly RiskReason[] = [];
const VELOCITY: readonly RiskReason[] = ['velocity_events'];

/**
 * Decides one event by every rule in force, in order. Facts are those before the event for all its rules; the
 * daily cap also counts what the event's earlier rules paid. The account given stays as it is.
 */
export function decideEvent(
  set: RuleSet,
  before: RuleAccount,
  event: RuleEvent,
): EventDecided & { readonly account: RuleAccount } {
  const account: OwnAccount = { memory: before.memory.fork(), trust: before.trust };
  return { ...decideInPlace(set, account, event, { describe: true }), account };
}

/** As `decideEvent`, but writes to the account given: for a replay of many events. */
export function decideInPlace(
  set: RuleSet,
  account: OwnAccount,
  event: RuleEvent,
  options: { readonly describe: boolean },
): EventDecided {
  const rules = set.byEvent.get(event.type);
  if (rules === undefined) {
    account.trust = trustAfterEvent(account.trust, event);
    return NOTHING;
  }
  const reading = new EventReading(set, rules, { memory: account.memory, trust: account.trust }, event);
  const decisions: RuleDecision[] = [];
  const asked = { dailyUsed: reading.dailyUsed, describe: options.describe };
  for (const rule of rules.live) {
    if (!concerns(rule, event)) continue;
    const decision = decideRule(rule, reading, asked);
    decisions.push(decision);
    if (rule.dailyCap) asked.dailyUsed += decision.amountPaid;
  }
  const shadows = decideShadows(rules, reading, options);
  const riskReasons = remember(reading, account, decisions);
  return { decisions: shadows.length === 0 ? decisions : [...decisions, ...shadows], riskReasons };
}

function concerns(rule: RuleVersion, event: RuleEvent): boolean {
  return isInForce(rule, event.timeUs) && keyPart(event, rule.beneficiary) === event.beneficiary;
}

function remember(
  reading: EventReading,
  account: OwnAccount,
  decisions: readonly RuleDecision[],
): readonly RiskReason[] {
  account.trust = rememberEvent(reading, account.trust);
  let earning = false;
  for (const { rule, outcome, amountPaid, amountFull } of decisions) {
    if (outcome === 'not_matched') continue;
    earning = true;
    if (amountPaid === 0n) continue;
    account.trust = rememberAward(reading, account.trust, { rule, paid: amountPaid, value: amountFull });
  }
  return earning && rememberEarning(reading) ? VELOCITY : NO_RISK;
}

/**
 * What versions in shadow would pay. Each has a memory of its own awards and events, which no live rule reads (I17);
 * the daily cap is what the live awards left of it before the event.
 */
function decideShadows(
  rules: EventRules,
  reading: EventReading,
  options: { readonly describe: boolean },
): readonly RuleDecision[] {
  const { memory } = reading.account;
  memory.keepShadows(reading.set.shadowHashes);
  return rules.shadow.flatMap((rule) => {
    if (!concerns(rule, reading.event)) return [];
    const own = (memory.get('shadows', rule.hash, '') ?? RuleMemory.empty()).fork();
    const shadow = reading.shadow(rule, own);
    const decision = decideRule(rule, shadow, { dailyUsed: reading.dailyUsed, ...options });
    rememberShadow(shadow, decision);
    memory.put('shadows', rule.hash, '', own);
    return [decision];
  });
}

function rememberShadow(shadow: EventReading, { rule, amountShadow, amountFull }: RuleDecision): void {
  shadow.track(rule.trackers);
  if (amountShadow === 0n) return;
  const series = rule.counts.filter((counted) => counted.rule === rule.id);
  shadow.addPaid(series, { amount: amountShadow, value: amountFull });
}
