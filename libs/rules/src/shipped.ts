import { join } from 'node:path';

/** Folder of the rule sets that ship with the product, one JSON file each. */
export const SHIPPED_RULE_SETS = join(__dirname, '..', 'rule-sets');
