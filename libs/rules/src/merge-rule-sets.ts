import { canonicalJson } from './canonical-json';
import { hashOfRule } from './compile-rule';
import { compileSource } from './load-rule-set';
import type { UnplacedProblem } from './problem';
import type { RuleSet } from './rule-set';
import type { RuleSource } from './rule-source';

export type MergedRuleSet =
  | { readonly ok: true; readonly ruleSet: RuleSet }
  | { readonly ok: false; readonly problems: readonly UnplacedProblem[] };

/**
 * One rule set of the versions of both: what is not a rule (calendar, daily cap, trust, event types) is the later
 * one's. Of a version that is in both, the later one says its mode and its times. A rule fires at the place where the
 * later set has it, else behind the others in the earlier set's order.
 */
export function mergeRuleSets(earlier: RuleSet, later: RuleSet): MergedRuleSet {
  const known = new Set(later.source.rules.map(versionKey));
  const kept = earlier.source.rules.filter((rule) => !known.has(versionKey(rule)));
  const rules = grouped([...later.source.rules, ...kept]);
  const compiled = compileSource({
    ...later.source,
    assets: { ...earlier.source.assets, ...later.source.assets },
    events: { ...earlier.source.events, ...later.source.events },
    rules,
  });
  return 'ruleSet' in compiled
    ? { ok: true, ruleSet: compiled.ruleSet }
    : { ok: false, problems: compiled.problems };
}

/** A version by what it does; the same content may be in force at two times, and then it is two entries. */
function versionKey(rule: RuleSource): string {
  return canonicalJson([rule.id, hashOfRule(rule)]);
}

/** All versions of a rule at the place of its first: rules fire in the order of the file. */
function grouped(rules: readonly RuleSource[]): RuleSource[] {
  return [...Map.groupBy(rules, ({ id }) => id).values()].flat();
}
