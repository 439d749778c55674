/** Injection tokens of what the features are given; the module wires them. */

/** Prices that reports convert by. */
export const PRICE_BOOK = Symbol('the price book in force');
export const RULES = Symbol('the rule set in force');
export const PUBLISHER = Symbol('the publisher of the bus');
