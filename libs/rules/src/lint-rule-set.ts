import { loadRuleSet } from './load-rule-set';
import { JsonPlaces } from './json-place';
import type { RuleSetProblem } from './problem';
import type { RuleSet } from './rule-set';
import { runExamples } from './run-examples';

/** What is wrong with a rule set, or only doubtful about it. */
export interface Finding extends RuleSetProblem {
  /** With an `error` the rule set is not taken; a `warning` is for its author to judge. */
  readonly severity: 'error' | 'warning';
}

type Doubt = readonly [pointer: string, message: string];

/** Everything that is to say of a rule set's text. */
export function lintRuleSet(text: string): readonly Finding[] {
  const loaded = loadRuleSet(text);
  if (!loaded.ok) return loaded.problems.map((problem) => ({ ...problem, severity: 'error' }));
  const places = new JsonPlaces(text);
  return doubtsOf(loaded.ruleSet).map(([pointer, message]) => ({
    pointer,
    message,
    expression: null,
    severity: 'warning',
    ...places.place(pointer),
  }));
}

function doubtsOf(set: RuleSet): readonly Doubt[] {
  return [...uselessFacts(set), ...quietRules(set), ...failedExamples(set)];
}

/** A fact that nothing reads is remembered for nothing. */
function uselessFacts({ source }: RuleSet): readonly Doubt[] {
  return source.rules.flatMap((rule, index) =>
    Object.keys(rule.facts).flatMap((fact): readonly Doubt[] => {
      const reads = new RegExp(`\\bfacts\\.${fact}\\b`);
      if (reads.test(rule.condition) || reads.test(rule.amount) || rule.gain_over === fact) return [];
      return [[`/rules/${String(index)}/facts/${fact}`, `nothing reads facts.${fact}`]];
    }),
  );
}

/** A rule without a bound pays whatever comes; one without examples says nothing of itself. */
function quietRules({ source }: RuleSet): readonly Doubt[] {
  return source.rules.flatMap((rule, index): readonly Doubt[] => {
    const pointer = `/rules/${String(index)}`;
    const bounded =
      rule.caps.length > 0 || rule.gain_over !== undefined || Object.keys(rule.facts).length > 0;
    const unbounded: Doubt = [`${pointer}/caps`, `${rule.id} has neither a cap nor a fact that bounds it`];
    const untested: Doubt = [pointer, `${rule.id} has no examples`];
    return [...(bounded ? [] : [unbounded]), ...((rule.examples ?? []).length > 0 ? [] : [untested])];
  });
}

function failedExamples(set: RuleSet): readonly Doubt[] {
  return runExamples(set).flatMap((result): readonly Doubt[] => {
    if (result.passed) return [];
    const index = set.versions.findIndex(({ id, hash }) => id === result.rule && hash === result.hash);
    const { outcome, amount } = result.actual;
    const message = `example "${result.example}": ${outcome} ${String(amount)}, not as it says`;
    return [[`/rules/${String(index)}/examples`, message]];
  });
}
