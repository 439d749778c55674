import { RuleReading, type EventReading } from './event-reading';
import { dailyLimit, type CompiledCap, type RuleVersion } from './rule-set';

/** Why a decision paid less than the rule asks for; empty when it did not. */
export type DecisionReason = '' | 'condition' | 'evaluation' | 'rule_cap' | 'daily_cap' | 'no_gain';

/** A further asset that an award credits. */
export interface AlsoCredit {
  readonly asset: string;
  /** Smallest units of the asset. */
  readonly amount: bigint;
}

/** What one rule version said of one event. Amounts are in smallest units of the rule's asset. */
export interface RuleDecision {
  readonly rule: RuleVersion;
  readonly outcome: 'awarded' | 'trimmed' | 'suppressed' | 'not_matched' | 'shadow';
  readonly reason: DecisionReason;
  /** The full value, before the gain over a best and before caps: what a best is made of. */
  readonly amountFull: bigint;
  readonly amountPaid: bigint;
  /** What a version in shadow would have paid; 0 for a live one. */
  readonly amountShadow: bigint;
  /** What the award credits beside its own asset; empty when nothing was paid. */
  readonly alsoCredits: readonly AlsoCredit[];
  /**
   * Canonical JSON of what the rule read: facts, what its caps and the daily cap left, trust level — all before it.
   * Empty where nobody asked for it.
   */
  readonly factsJson: string;
}

/** An amount expression above this (whole units) is a fault of the rule, not an award. */
const MAX_WHOLE_UNITS = 1_000_000_000n;
const NO_CREDITS: readonly AlsoCredit[] = [];
const NOTHING = { amountFull: 0n, amountPaid: 0n, amountShadow: 0n, alsoCredits: NO_CREDITS };

export interface RuleAsked {
  /** What the daily cap counted today, what the event's earlier rules paid included. */
  readonly dailyUsed: bigint;
  /** Whether to write down what the rule read. */
  readonly describe: boolean;
}

/** Asks one rule version about one event. */
export function decideRule(rule: RuleVersion, reading: EventReading, asked: RuleAsked): RuleDecision {
  const known = new RuleReading(rule, reading);
  const factsJson = asked.describe ? describeFacts(known, asked.dailyUsed) : '';
  const value = valueOf(known);
  if (typeof value === 'string')
    return { rule, outcome: 'not_matched', reason: value, factsJson, ...NOTHING };
  const wanted = rule.gainOver === null ? value : value - reading.bestIn(rule.gainOver);
  return { rule, factsJson, amountFull: value, ...weigh(rule, reading, wanted, asked.dailyUsed) };
}

/** The full value of a rule for an event, in smallest units, or why it asks for nothing. */
function valueOf({ rule, input }: RuleReading): bigint | 'condition' | 'evaluation' {
  try {
    if (rule.condition(input) !== true) return 'condition';
    const whole = rule.amount(input);
    if (typeof whole !== 'bigint' || whole > MAX_WHOLE_UNITS) return 'evaluation';
    return whole > 0n ? whole * rule.unitsPerWhole : 'condition';
  } catch {
    // An expression that fails on an event (an absent member, a division by zero) does not match it.
    return 'evaluation';
  }
}

type Weighed = Pick<RuleDecision, 'outcome' | 'reason' | 'amountPaid' | 'amountShadow' | 'alsoCredits'>;

function weigh(rule: RuleVersion, reading: EventReading, wanted: bigint, dailyUsed: bigint): Weighed {
  if (wanted <= 0n) return outcomeOf(rule, { wanted: 0n, paid: 0n, reason: 'no_gain' });
  let allowed = wanted;
  for (const cap of rule.caps) {
    const left = capLeft(cap, reading);
    if (left !== null && left < allowed) allowed = left;
  }
  const dailyLeft = dailyLeftOf(rule, reading, dailyUsed);
  const paid = dailyLeft === null || allowed < dailyLeft ? allowed : dailyLeft;
  const reason = paid === wanted ? '' : paid < allowed ? 'daily_cap' : 'rule_cap';
  return outcomeOf(rule, { wanted, paid, reason });
}

function outcomeOf(
  rule: RuleVersion,
  of: { readonly wanted: bigint; readonly paid: bigint; readonly reason: DecisionReason },
): Weighed {
  const { wanted, paid, reason } = of;
  if (rule.shadow)
    return { outcome: 'shadow', reason, amountPaid: 0n, amountShadow: paid, alsoCredits: NO_CREDITS };
  const outcome = paid === 0n ? 'suppressed' : paid === wanted ? 'awarded' : 'trimmed';
  const also = paid === 0n ? NO_CREDITS : rule.alsoCredits.map((asset) => ({ asset, amount: paid }));
  return { outcome, reason, amountPaid: paid, amountShadow: 0n, alsoCredits: also };
}

/** What a cap leaves, in smallest units; null when it does not bound this award. */
export function capLeft(cap: CompiledCap, reading: EventReading): bigint | null {
  switch (cap.kind) {
    case 'claim':
      return reading.event.claims.personKeyFirst === true ? null : 0n;
    case 'count':
      return BigInt(reading.paidIn(cap).count) < cap.limit ? null : 0n;
    case 'amount':
      return atLeastZero(cap.limit - reading.paidIn(cap).amount);
  }
}

/** What the user's daily cap leaves a rule, in smallest units; null for a rule outside of it. */
export function dailyLeftOf(rule: RuleVersion, reading: EventReading, dailyUsed: bigint): bigint | null {
  return rule.dailyCap ? atLeastZero(dailyLimit(reading.set, reading.level) - dailyUsed) : null;
}

/** Canonical JSON, put together by hand: members in order, and on the hot path. */
function describeFacts(known: RuleReading, dailyUsed: bigint): string {
  const { rule, reading } = known;
  const caps = rule.caps.map((cap) => amountText(capLeft(cap, reading))).join(',');
  const facts = rule.facts.flatMap(({ name }, index) => {
    const value = known.fact(index);
    return value === undefined ? [] : [`"${name}":${value.toString()}`];
  });
  const daily = amountText(dailyLeftOf(rule, reading, dailyUsed));
  const level = String(reading.level);
  return `{"caps_left":[${caps}],"daily_left":${daily},"facts":{${facts.join(',')}},"trust_level":${level}}`;
}

/** Amounts are strings in JSON. */
function amountText(amount: bigint | null): string {
  return amount === null ? 'null' : `"${amount.toString()}"`;
}

function atLeastZero(value: bigint): bigint {
  return value > 0n ? value : 0n;
}
