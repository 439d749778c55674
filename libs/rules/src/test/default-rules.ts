import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeProblems, loadRuleSet } from '../load-rule-set';
import type { RuleSet } from '../rule-set';
import { SHIPPED_RULE_SETS } from '../shipped';

/** The text of the rule set that ships. */
export function defaultRulesText(): string {
  return readFileSync(join(SHIPPED_RULE_SETS, '2026-01.json'), 'utf8');
}

/** The rule set that ships, loaded. */
export function defaultRules(): RuleSet {
  const loaded = loadRuleSet(defaultRulesText());
  if (!loaded.ok) throw new Error(describeProblems(loaded.problems));
  return loaded.ruleSet;
}
