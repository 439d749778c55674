import { buildRuleSet } from './build-rule-set';
import { checkVersions } from './check-versions';
import { DataType, type CelType } from './cel';
import { compileRule } from './compile-rule';
import type { RuleSetProblem, UnplacedProblem } from './problem';
import { escaped, JsonPlaces, placeOf } from './json-place';
import type { RuleSet, RuleVersion } from './rule-set';
import { ruleSetSource, type RuleSetSource } from './rule-source';

export type LoadedRuleSet =
  | { readonly ok: true; readonly ruleSet: RuleSet }
  | { readonly ok: false; readonly problems: readonly RuleSetProblem[] };

/** Reads a rule set from its JSON text: all problems at once, or a rule set that is ready to run. */
export function loadRuleSet(text: string): LoadedRuleSet {
  const json = parse(text);
  if ('problem' in json) return { ok: false, problems: [json.problem] };
  const compiled = compileSource(json.value);
  if ('ruleSet' in compiled) return { ok: true, ruleSet: compiled.ruleSet };
  const places = new JsonPlaces(text);
  return { ok: false, problems: compiled.problems.map((problem) => placed(places, problem)) };
}

/** As `loadRuleSet`, for who cannot go on without one. @throws Error: `complaint`, then a line for every problem */
export function requireRuleSet(text: string, complaint: string): RuleSet {
  const loaded = loadRuleSet(text);
  if (loaded.ok) return loaded.ruleSet;
  throw new Error(`${complaint}:\n${describeProblems(loaded.problems)}`);
}

/** One line per problem, for a log or a terminal. */
export function describeProblems(problems: readonly RuleSetProblem[]): string {
  return problems.map(describeProblem).join('\n');
}

function describeProblem({ pointer, line, column, message }: RuleSetProblem): string {
  const place = line === null || column === null ? '' : ` (line ${String(line)}, column ${String(column)})`;
  return `${pointer}: ${message}${place}`;
}

/** Compiles what a file says. @returns the rule set, or every problem of the first stage that found one */
export function compileSource(
  value: unknown,
): { readonly ruleSet: RuleSet } | { readonly problems: readonly UnplacedProblem[] } {
  const checked = ruleSetSource.safeParse(value);
  if (!checked.success) {
    const problems = checked.error.issues.map(({ path, message }) => ({
      pointer: path.map((part) => `/${escaped(String(part))}`).join(''),
      expression: null,
      message,
    }));
    return { problems };
  }
  const source = checked.data;
  const problems: UnplacedProblem[] = [];
  const types = dataTypes(source);
  const undeclared = new DataType({});
  const rules = source.rules.map((rule, index) => {
    const dataType = types.get(rule.event) ?? undeclared;
    return compileRule({ set: source, index, source: rule, dataType }, problems);
  });
  checkVersions(source, problems);
  if (source.assets[source.daily_cap.asset] === undefined) {
    const message = `asset ${source.daily_cap.asset} is not declared`;
    problems.push({ pointer: '/daily_cap/asset', expression: null, message });
  }
  const versions = rules.filter((rule): rule is RuleVersion => rule !== null);
  return problems.length > 0 ? { problems } : { ruleSet: buildRuleSet(source, versions, types) };
}

function dataTypes(source: RuleSetSource): ReadonlyMap<string, DataType> {
  return new Map(
    Object.entries(source.events).map(([event, { data }]) => {
      const members = Object.entries(data).map(([name, type]) => [name, type.replace('?', '') as CelType]);
      return [event, new DataType(Object.fromEntries(members) as Record<string, CelType>)];
    }),
  );
}

function placed(places: JsonPlaces, problem: UnplacedProblem): RuleSetProblem {
  const { pointer, expression } = problem;
  const place = expression === null ? places.place(pointer) : places.placeInside(pointer, expression);
  return { ...problem, ...place };
}

function parse(text: string): { readonly value: unknown } | { readonly problem: RuleSetProblem } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? text.length);
    return { problem: { pointer: '', expression: null, message, ...placeOf(text, position) } };
  }
}
