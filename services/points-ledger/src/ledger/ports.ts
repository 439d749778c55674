/** Injection tokens of what the features are given; the module wires them. */
export const COMMITTER = Symbol('the log committer');
export const LOG_POOL = Symbol('connections to the log');
export const RULES = Symbol('the rule set in force');
export const STATEMENTS = Symbol('the projector of transactions and decisions');
