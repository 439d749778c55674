import { dayOf } from './calendar';
import type { CelInput, CelType, CelValues } from './cel';
import { factValue, paidIn, rememberFact } from './fact-values';
import { addTime, addTotal, dayKey, totalOf, type RuleMemory } from './memory';
import { keyPart, keyText, type RuleEvent } from './rule-event';
import { dailyLimit, rulesInForce, type CompiledCap, type RuleSet, type RuleVersion } from './rule-set';
import { trustAfterEvent, trustLevel, type TrustFacts } from './trust';

/** What one rule version said of one event. Amounts are in smallest units of the asset. */
export interface RuleDecision {
  readonly rule: RuleVersion;
  readonly outcome: 'awarded' | 'trimmed' | 'suppressed' | 'not_matched' | 'shadow';
  /** Empty when awarded whole. */
  readonly reason: '' | 'condition' | 'evaluation' | 'rule_cap' | 'daily_cap';
  readonly amountFull: bigint;
  readonly amountPaid: bigint;
  /** What a version in shadow would have paid; 0 for a live one. */
  readonly amountShadow: bigint;
  /** Canonical JSON of what the rule read: facts, use of its caps, daily cap, trust level — all before it. */
  readonly factsJson: string;
}

/** What the rules know of one user. */
export interface RuleAccount {
  readonly memory: RuleMemory;
  readonly trust: TrustFacts;
}

export interface EventDecided {
  readonly decisions: readonly RuleDecision[];
  readonly account: RuleAccount;
}

/** Series of what the daily cap counts. */
const DAILY_SERIES = '@daily';
/** An amount expression above this (whole units) is a fault of the rule, not an award. */
const MAX_WHOLE_UNITS = 1_000_000_000n;

interface Reading {
  readonly set: RuleSet;
  readonly before: RuleAccount;
  readonly event: RuleEvent;
  readonly day: number;
  readonly level: number;
  readonly dailyLimit: bigint;
}

/**
 * Decides one event by every rule in force, in order. Facts are those before the event for all its rules; the
 * daily cap also counts what the event's earlier rules paid. The account given stays as it is.
 */
export function decideEvent(set: RuleSet, before: RuleAccount, event: RuleEvent): EventDecided {
  const level = trustLevel(set.trust, before.trust, event.timeUs);
  const day = dayOf(set.calendar, event.timeUs);
  const reading: Reading = { set, before, event, day, level, dailyLimit: dailyLimit(set, level) };
  const decisions: RuleDecision[] = [];
  let memory = before.memory;
  let trust = trustAfterEvent(before.trust, event);
  let dailyUsed = totalOf(memory, DAILY_SERIES, dayKey('', day)).amount;
  for (const rule of rulesInForce(set, event.type, event.timeUs)) {
    if (keyPart(event, rule.beneficiary) !== event.beneficiary) continue;
    const { decision, facts } = decideRule(rule, reading, dailyUsed);
    decisions.push(decision);
    for (const [index, fact] of rule.facts.entries()) {
      const value = facts[index] ?? 0n;
      memory = rememberFact(fact, memory, event, { calendar: set.calendar, value });
    }
    if (decision.amountPaid === 0n) continue;
    memory = rememberPaid(memory, decision, reading);
    if (countsDaily(rule, set)) dailyUsed += decision.amountPaid;
    if (rule.valueLane) {
      trust = {
        ...trust,
        valueLaneAwards: trust.valueLaneAwards + 1n,
        valueLanePoints: trust.valueLanePoints + decision.amountPaid,
      };
    }
  }
  return { decisions, account: { memory, trust } };
}

function decideRule(
  rule: RuleVersion,
  reading: Reading,
  dailyUsed: bigint,
): { readonly decision: RuleDecision; readonly facts: readonly bigint[] } {
  const { event, before, set } = reading;
  const noFacts: CelInput = {
    event: rule.scope.event({ subject: event.subject, beneficiary: event.beneficiary }),
    data: rule.scope.data(typedData(rule.dataTypes, event.data)),
    facts: rule.scope.facts({}),
  };
  const at = { calendar: set.calendar, input: noFacts };
  const facts = rule.facts.map((fact) => factValue(fact, before.memory, event, at));
  const named = rule.facts.map((fact, index) => [fact.name, facts[index] ?? 0n] as const);
  const input: CelInput = { ...noFacts, facts: rule.scope.facts(Object.fromEntries(named)) };
  const capsLeft = rule.caps.map((cap) => capLeft(cap, reading));
  const dailyLeft = countsDaily(rule, set) ? atLeastZero(reading.dailyLimit - dailyUsed) : null;
  const factsJson = describeFacts(named, capsLeft, dailyLeft, reading.level);
  const asked = ask(rule, input);
  const decision = { rule, factsJson, ...weigh(rule, asked, capsLeft, dailyLeft) };
  return { decision, facts };
}

/** The amount a rule asks for, in smallest units, or why it asks for nothing. */
function ask(rule: RuleVersion, input: CelInput): bigint | 'condition' | 'evaluation' {
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

function weigh(
  rule: RuleVersion,
  asked: bigint | 'condition' | 'evaluation',
  capsLeft: readonly (bigint | null)[],
  dailyLeft: bigint | null,
): Pick<RuleDecision, 'outcome' | 'reason' | 'amountFull' | 'amountPaid' | 'amountShadow'> {
  if (typeof asked === 'string')
    return { outcome: 'not_matched', reason: asked, amountFull: 0n, amountPaid: 0n, amountShadow: 0n };
  const allowed = capsLeft.reduce<bigint>((least, left) => (left === null ? least : min(least, left)), asked);
  const paid = dailyLeft === null ? allowed : min(allowed, dailyLeft);
  const reason = paid === asked ? '' : paid < allowed ? 'daily_cap' : 'rule_cap';
  if (rule.shadow)
    return { outcome: 'shadow', reason, amountFull: asked, amountPaid: 0n, amountShadow: paid };
  const outcome = paid === asked ? 'awarded' : paid > 0n ? 'trimmed' : 'suppressed';
  return { outcome, reason, amountFull: asked, amountPaid: paid, amountShadow: 0n };
}

/** What a cap leaves, in smallest units; null when it does not bound this award. */
function capLeft(cap: CompiledCap, reading: Reading): bigint | null {
  const { before, event, set } = reading;
  switch (cap.kind) {
    case 'claim':
      return event.claims.personKeyFirst === true ? null : 0n;
    case 'count': {
      const used = paidIn(before.memory, cap, event, set.calendar).count;
      return BigInt(used) < cap.limit ? null : 0n;
    }
    case 'amount':
      return atLeastZero(cap.limit - paidIn(before.memory, cap, event, set.calendar).amount);
  }
}

function rememberPaid(before: RuleMemory, decision: RuleDecision, reading: Reading): RuleMemory {
  const { set, event, day } = reading;
  const amount = decision.amountPaid;
  let memory = before;
  for (const series of set.seriesOfRule.get(decision.rule.id) ?? []) {
    const key = series.key.length === 0 ? '' : keyText(event, series.key);
    switch (series.grain) {
      case 'ever':
        memory = addTotal(memory, series.id, { key, day: null }, amount);
        break;
      case 'day':
        memory = addTotal(memory, series.id, { key, day }, amount);
        break;
      case 'times':
        memory = addTime(memory, series.id, key, { atUs: event.timeUs, amount });
        break;
    }
  }
  return countsDaily(decision.rule, set) ? addTotal(memory, DAILY_SERIES, { key: '', day }, amount) : memory;
}

function countsDaily(rule: RuleVersion, set: RuleSet): boolean {
  return rule.dailyCap && rule.asset === set.dailyCap.asset;
}

/** The declared members of the data that are there and of their type; others count as absent. */
function typedData(types: ReadonlyMap<string, CelType>, data: RuleEvent['data']): CelValues {
  const values: Record<string, string | bigint | boolean> = {};
  for (const [member, type] of types) {
    const value = data[member];
    if (type === 'int' && typeof value === 'number' && Number.isSafeInteger(value))
      values[member] = BigInt(value);
    else if (type === 'string' && typeof value === 'string') values[member] = value;
    else if (type === 'bool' && typeof value === 'boolean') values[member] = value;
  }
  return values;
}

/** Canonical JSON, put together by hand: members in order, and on the hot path. */
function describeFacts(
  facts: readonly (readonly [name: string, value: bigint])[],
  capsLeft: readonly (bigint | null)[],
  dailyLeft: bigint | null,
  level: number,
): string {
  const caps = capsLeft.map(amountText).join(',');
  const named = facts.map(([name, value]) => `"${name}":${value.toString()}`).join(',');
  const daily = amountText(dailyLeft);
  return `{"caps_left":[${caps}],"daily_left":${daily},"facts":{${named}},"trust_level":${String(level)}}`;
}

/** Amounts are strings in JSON. */
function amountText(amount: bigint | null): string {
  return amount === null ? 'null' : `"${amount.toString()}"`;
}

function min(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}

function atLeastZero(value: bigint): bigint {
  return value > 0n ? value : 0n;
}
