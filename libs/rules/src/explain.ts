import { dailyCapOf, tightestCap, type CapContext, type CapFacts } from './cap-use';
import { eventRecord, type CelValue } from './cel';
import type { RuleDecision } from './decide-rule';
import { ENGLISH } from './phrases';
import type { Explanation, Phrases } from './explanation';
import type { RuleMemory } from './memory';
import type { RuleEvent } from './rule-event';
import type { RuleSet, RuleVersion } from './rule-set';
import { shortfallOf, type Shortfall } from './shortfall';

/** A decision as made or as recorded, with the event it is about. */
export interface DecidedOn {
  readonly event: RuleEvent;
  readonly decision: Pick<
    RuleDecision,
    'rule' | 'outcome' | 'reason' | 'amountFull' | 'amountPaid' | 'factsJson'
  >;
  /** What is remembered of the user, where it is at hand: it tells when a moving window has room again. */
  readonly memory?: RuleMemory;
}

/** The version that a record names. */
export function recordedVersion(set: RuleSet, id: string, hash: string): RuleVersion | undefined {
  return set.versions.find((version) => version.id === id && version.hash === hash);
}

/** Explains a decision, also one that paid nothing, from what it recorded. `phrases` says it in a language. */
export function explain(set: RuleSet, decided: DecidedOn, phrases: Phrases = ENGLISH): Explanation {
  const { decision, event } = decided;
  const { rule, outcome, reason } = decision;
  const recorded = readFacts(decision.factsJson);
  const context: CapContext = { set, rule, event, facts: recorded, memory: decided.memory ?? null };
  const whole = (units: bigint): number => Number(units) / Number(rule.unitsPerWhole);
  const best = rule.gainOver === null ? undefined : recorded.facts[rule.gainOver.name];
  const explanation: Omit<Explanation, 'text'> = {
    rule: rule.id,
    hash: rule.hash,
    outcome,
    reason,
    asset: rule.asset,
    wanted: whole(decision.amountFull),
    paid: whole(decision.amountPaid),
    shortfall: outcome === 'not_matched' ? shortfallIn(rule, event, recorded.facts) : null,
    cap: reason === 'rule_cap' ? tightestCap(context) : reason === 'daily_cap' ? dailyCapOf(context) : null,
    best: best ?? null,
    trustLevel: recorded.level,
  };
  return { ...explanation, text: phrases.sentence(explanation, rule) };
}

type FactsRead = Readonly<Record<string, number>>;

interface RecordedFacts extends CapFacts {
  readonly facts: FactsRead;
}

/** What `facts_json` of a decision says. */
function readFacts(json: string): RecordedFacts {
  const read = JSON.parse(json) as {
    readonly caps_left: readonly (string | null)[];
    readonly daily_left: string | null;
    readonly facts: FactsRead;
    readonly trust_level: number;
  };
  const amount = (text: string | null): bigint | null => (text === null ? null : BigInt(text));
  return {
    capsLeft: read.caps_left.map(amount),
    dailyLeft: amount(read.daily_left),
    facts: read.facts,
    level: read.trust_level,
  };
}

function shortfallIn(rule: RuleVersion, event: RuleEvent, facts: FactsRead): Shortfall | null {
  const fact = (index: number): CelValue | undefined => {
    const known = rule.facts[index];
    const value = known === undefined ? undefined : facts[known.name];
    if (known === undefined || value === undefined) return undefined;
    return known.type === 'int' ? BigInt(value) : value;
  };
  const input = {
    event: eventRecord(event),
    data: rule.dataType.record(event.data),
    facts: rule.scope.facts({ fact }),
  };
  return shortfallOf(rule.condition.ast, { scope: rule.scope, input });
}
