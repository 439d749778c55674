import { calendarOf } from './calendar';
import { canonicalHash } from './canonical-json';
import { compileRule, instantUs, type RuleSetProblem } from './compile-rule';
import type { RuleSet, RuleVersion, Series } from './rule-set';
import { ruleSetSource, type RuleSetSource } from './rule-source';

export type LoadedRuleSet =
  | { readonly ok: true; readonly ruleSet: RuleSet }
  | { readonly ok: false; readonly problems: readonly RuleSetProblem[] };

/** Reads a rule set from its JSON text: all problems at once, or a rule set that is ready to run. */
export function loadRuleSet(text: string): LoadedRuleSet {
  const json = parse(text);
  if ('problem' in json) return { ok: false, problems: [json.problem] };
  const checked = ruleSetSource.safeParse(json.value);
  if (!checked.success) {
    return { ok: false, problems: checked.error.issues.map(problemOfIssue) };
  }
  const problems: RuleSetProblem[] = [];
  const source = checked.data;
  const rules = source.rules.map((rule, index) => compileRule(source, index, rule, problems));
  checkVersions(source, problems);
  if (source.assets[source.daily_cap.asset] === undefined) {
    const message = `asset ${source.daily_cap.asset} is not declared`;
    problems.push({ pointer: '/daily_cap/asset', line: null, column: null, message });
  }
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    ruleSet: build(
      source,
      rules.filter((rule) => rule !== null),
    ),
  };
}

/** One line per problem, for a log or a terminal. */
export function describeProblems(problems: readonly RuleSetProblem[]): string {
  return problems.map((problem) => `${problem.pointer}: ${problem.message}`).join('\n');
}

function parse(text: string): { readonly value: unknown } | { readonly problem: RuleSetProblem } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = /position (\d+)/.exec(message)?.[1];
    const before = text.slice(0, Number(position ?? 0)).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    return { problem: { pointer: '', line: before.length, column, message } };
  }
}

function problemOfIssue(issue: { readonly path: PropertyKey[]; readonly message: string }): RuleSetProblem {
  const pointer = issue.path.map((part) => `/${String(part)}`).join('');
  return { pointer, line: null, column: null, message: issue.message };
}

/** At most one version of a rule is in force at an instant, and a window is not empty. */
function checkVersions(source: RuleSetSource, problems: RuleSetProblem[]): void {
  const active = source.rules
    .map((rule, index) => ({
      rule,
      index,
      from: instantUs(rule.from),
      to: rule.to === null ? null : instantUs(rule.to),
    }))
    .filter(({ rule }) => rule.mode === 'live' || rule.mode === 'shadow');
  for (const later of active) {
    const pointer = `/rules/${String(later.index)}`;
    if (later.to !== null && later.to <= later.from) {
      problems.push({ pointer: `${pointer}/to`, line: null, column: null, message: 'ends before it begins' });
    }
    const overlapping = active.find(
      (other) =>
        other.index < later.index &&
        other.rule.id === later.rule.id &&
        other.rule.mode === later.rule.mode &&
        (other.to === null || later.from < other.to) &&
        (later.to === null || other.from < later.to),
    );
    if (overlapping === undefined) continue;
    const message = `overlaps the version of ${later.rule.id} at /rules/${String(overlapping.index)}`;
    problems.push({ pointer, line: null, column: null, message });
  }
}

function build(source: RuleSetSource, rules: readonly RuleVersion[]): RuleSet {
  const inUse = rules.filter((_, index) => ['live', 'shadow'].includes(source.rules[index]?.mode ?? 'draft'));
  const dailyUnits = BigInt(source.assets[source.daily_cap.asset]?.units_per_whole ?? 1);
  return {
    name: source.name,
    hash: canonicalHash(source),
    calendar: calendarOf(source.calendar.utc_offset_minutes),
    dailyCap: {
      asset: source.daily_cap.asset,
      byTrustLevel: source.daily_cap.by_trust_level.map((whole) => BigInt(whole) * dailyUnits),
    },
    trust: source.trust,
    byEvent: Map.groupBy(inUse, (rule) => rule.event),
    seriesOfRule: Map.groupBy(distinctSeries(inUse), (series) => series.rule),
  };
}

function distinctSeries(rules: readonly RuleVersion[]): readonly Series[] {
  const all = rules.flatMap((rule) => [
    ...rule.caps.flatMap((cap) => (cap.kind === 'claim' ? [] : [cap.series])),
    ...rule.facts.flatMap((fact) => (fact.kind === 'paid_count' ? [fact.series] : [])),
  ]);
  return [...new Map(all.map((series) => [series.id, series])).values()];
}
