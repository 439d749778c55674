/** Injection tokens of what the features are given; the module wires them. */
export const RULES = Symbol('the rule set in force');
