import { readFileSync } from 'node:fs';
import { describeProblems, loadRuleSet, type RuleSet } from '@kuda/rules';

/** Reads the rule set that the service runs; a bad one keeps it from starting, with every problem named. */
export function loadRules(file: string): RuleSet {
  const loaded = loadRuleSet(readFileSync(file, 'utf8'));
  if (loaded.ok) return loaded.ruleSet;
  throw new Error(`the rule set ${file} is not valid:\n${describeProblems(loaded.problems)}`);
}
