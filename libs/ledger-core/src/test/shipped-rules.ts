import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeProblems, loadRuleSet, SHIPPED_RULE_SETS, type RuleSet } from '@kuda/rules';

/** The rule set that ships, loaded. */
export function shippedRules(): RuleSet {
  const loaded = loadRuleSet(readFileSync(join(SHIPPED_RULE_SETS, '2026-01.json'), 'utf8'));
  if (!loaded.ok) throw new Error(describeProblems(loaded.problems));
  return loaded.ruleSet;
}
