import { canonicalJson } from './canonical-json';
import { hashOfRule } from './compile-rule';
import { compileSource } from './load-rule-set';
import type { UnplacedProblem } from './problem';
import type { RuleSet } from './rule-set';
import type { RuleSetSource, RuleSource } from './rule-source';

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
  return compiled({
    ...later.source,
    assets: { ...earlier.source.assets, ...later.source.assets },
    events: { ...earlier.source.events, ...later.source.events },
    rules,
  });
}

/** A change of one version's life. */
export interface VersionChange {
  readonly rule: string;
  /** Hash of the version. */
  readonly hash: string;
  readonly mode: RuleSource['mode'];
  /** RFC 3339; event times from which on, and before which, it is in force. Unchanged where left out. */
  readonly from?: string;
  readonly to?: string | null;
}

/** The rule set after changes to the lives of its versions; what they do stays as it is. */
export function withLives(set: RuleSet, changes: readonly VersionChange[]): MergedRuleSet {
  const unknown = changes.filter(
    ({ rule, hash }) => !set.versions.some((version) => version.id === rule && version.hash === hash),
  );
  if (unknown.length > 0) {
    const problems = unknown.map(({ rule, hash }) => ({
      pointer: '/rules',
      expression: null,
      message: `no version ${hash} of ${rule}`,
    }));
    return { ok: false, problems };
  }
  const rules = set.source.rules.map((source) => {
    const change = changes.find(({ rule, hash }) => rule === source.id && hash === hashOfRule(source));
    if (change === undefined) return source;
    const { mode, from = source.from, to = source.to } = change;
    return { ...source, mode, from, to };
  });
  return compiled({ ...set.source, rules });
}

function compiled(source: RuleSetSource): MergedRuleSet {
  const result = compileSource(source);
  return 'ruleSet' in result
    ? { ok: true, ruleSet: result.ruleSet }
    : { ok: false, problems: result.problems };
}

/** A version by what it does; the same content may be in force at two times, and then it is two entries. */
function versionKey(rule: RuleSource): string {
  return canonicalJson([rule.id, hashOfRule(rule)]);
}

/** All versions of a rule at the place of its first: rules fire in the order of the file. */
function grouped(rules: readonly RuleSource[]): RuleSource[] {
  return [...Map.groupBy(rules, ({ id }) => id).values()].flat();
}
