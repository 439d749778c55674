import { readFileSync } from 'node:fs';
import { requireRuleSet, type RuleSet } from '@kuda/rules';

/** Reads the rule set that the service runs; a bad one keeps it from starting, with every problem named. */
export function loadRules(file: string): RuleSet {
  return requireRuleSet(readFileSync(file, 'utf8'), `the rule set ${file} is not valid`);
}
