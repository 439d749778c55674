import { requireRuleSet, SHIPPED_RULE_SETS, type TrustPolicy } from '@kuda/rules';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The rule set whose trust levels bound redemptions: the same that awards points. */
const RULE_SET = '2026-01';

/** Reads what each trust level asks for. @throws Error when the rule set does not load */
export function loadTrustPolicy(): TrustPolicy {
  const text = readFileSync(join(SHIPPED_RULE_SETS, `${RULE_SET}.json`), 'utf8');
  return requireRuleSet(text, `the rule set ${RULE_SET} is not valid`).trust;
}
