import { US_PER_HOUR } from './calendar';
import { instantUs } from './compile-rule';
import { decideEvent } from './decide-event';
import type { RuleDecision } from './decide-rule';
import type { RuleAccount } from './event-reading';
import type { ExampleEvent, ExampleSource } from './example-source';
import { compileSource } from './load-rule-set';
import { EMPTY_MEMORY } from './memory';
import { keyPart, type RuleEvent } from './rule-event';
import type { RuleSet, RuleVersion } from './rule-set';
import { NO_TRUST } from './trust';

const USUAL_SUBJECT = 'ada';

/** What a rule said of an example's last event. */
export interface ExampleOutcome {
  readonly outcome: RuleDecision['outcome'] | 'no_decision';
  /** Whole units that were paid. */
  readonly amount: number;
  readonly reason: string;
}

export interface ExampleResult {
  readonly rule: string;
  readonly hash: string;
  readonly example: string;
  readonly passed: boolean;
  readonly expected: ExampleOutcome;
  readonly actual: ExampleOutcome;
}

/** Runs the examples of every version, a draft's too: each version as if it were the live one. */
export function runExamples(set: RuleSet): readonly ExampleResult[] {
  return set.versions.flatMap((version) => {
    const examples = version.source.examples ?? [];
    if (examples.length === 0) return [];
    const alone = asLive(set, version);
    return examples.map((example) => runExample(alone, version, example));
  });
}

function runExample(set: RuleSet, version: RuleVersion, example: ExampleSource): ExampleResult {
  const events = [...(example.given ?? []), example.when].flatMap((source) => eventsOf(set, version, source));
  const accounts = new Map<string, RuleAccount>();
  let decisions: readonly RuleDecision[] = [];
  for (const event of events) {
    const before = accounts.get(event.beneficiary) ?? { memory: EMPTY_MEMORY, trust: NO_TRUST };
    const decided = decideEvent(set, before, event);
    accounts.set(event.beneficiary, decided.account);
    ({ decisions } = decided);
  }
  const actual = outcomeOf(decisions.find(({ rule }) => rule.id === version.id));
  const { outcome, amount = 0, reason = '' } = example.expect;
  const expected = { outcome, amount, reason };
  const passed = actual.outcome === outcome && actual.amount === amount && actual.reason === reason;
  return { rule: version.id, hash: version.hash, example: example.name, passed, expected, actual };
}

function outcomeOf(decision: RuleDecision | undefined): ExampleOutcome {
  if (decision === undefined) return { outcome: 'no_decision', amount: 0, reason: '' };
  const { outcome, reason, amountPaid, rule } = decision;
  return { outcome, reason, amount: Number(amountPaid) / Number(rule.unitsPerWhole) };
}

function eventsOf(set: RuleSet, version: RuleVersion, source: ExampleEvent): readonly RuleEvent[] {
  const type = source.event ?? version.event;
  const times = source.repeat ?? 1;
  return Array.from({ length: times }, (_, index): RuleEvent => {
    const numbered = numbering(String(index + 1));
    const subject = numbered(source.subject ?? USUAL_SUBJECT);
    const data = Object.fromEntries(
      Object.entries(source.data ?? {}).map(([name, value]) => [
        name,
        typeof value === 'string' ? numbered(value) : value,
      ]),
    );
    const timeUs = instantUs(source.time) + BigInt(index) * US_PER_HOUR;
    const claims = source.person_key_first === undefined ? {} : { personKeyFirst: source.person_key_first };
    const event = { type, subject, beneficiary: subject, timeUs, data, claims };
    const path = set.byEvent.get(type)?.live[0]?.beneficiary ?? 'subject';
    return { ...event, beneficiary: keyPart(event, path) };
  });
}

function numbering(number: string): (text: string) => string {
  return (text) => text.replaceAll('{n}', number);
}

/** The rule set in which a version is live for all time, alone of its rule. */
function asLive(set: RuleSet, version: RuleVersion): RuleSet {
  const rules = set.source.rules
    .filter((rule) => rule.id !== version.id || rule === version.source)
    .map((rule) => (rule === version.source ? { ...rule, ...ALWAYS_LIVE } : rule));
  const compiled = compileSource({ ...set.source, rules });
  if ('ruleSet' in compiled) return compiled.ruleSet;
  throw new Error(compiled.problems.map(({ pointer, message }) => `${pointer}: ${message}`).join('\n'));
}

const ALWAYS_LIVE = { mode: 'live', from: '1970-01-01T00:00:00Z', to: null } as const;
