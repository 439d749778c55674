/** Injection tokens of what the features are given; the module wires them. */
export const COMMITTER = Symbol('the committer of the activity log');
export const CLOCK = Symbol('the clock');
export const LOG_POOL = Symbol('connections to the activity log');
