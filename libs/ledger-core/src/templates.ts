/** A user's accounts; `source` is the platform account that an award was paid from. */
export type Side =
  'available' | 'pending' | 'held' | 'debt' | 'source' | 'consumed' | 'breakage' | 'clawback';

/**
 * Every way in which the ledger moves an amount, from one account to another: two entries that sum to zero (I1). `source`
 * stands for `issuance/<rule or origin>` or `goodwill`, `consumed` for `consumed/<sku>`; the other platform accounts have
 * no further name.
 */
export const TEMPLATES = {
  /** An award that can be spent at once, an operator's credit, goodwill. */
  award: ['source', 'available'],
  /** An award that waits. */
  pendingAward: ['source', 'pending'],
  /** A pending award whose time has come. */
  maturing: ['pending', 'available'],
  /** Half of an award, rounded down, while something is owed. */
  repayment: ['available', 'debt'],
  /** Lots reserved for a redemption. */
  hold: ['available', 'held'],
  /** What a redemption used. */
  capture: ['held', 'consumed'],
  /** What a redemption did not use, back to its lots. */
  release: ['held', 'available'],
  /** The end of a lot's life, or of an account. */
  breakage: ['available', 'breakage'],
  /** A reversed award: what waits, then what its lot still has, then what is gone and so owed. */
  reversalOfPending: ['pending', 'source'],
  reversalOfAvailable: ['available', 'source'],
  reversalOfSpent: ['debt', 'source'],
  /** A reversed capture, back to its lots. */
  refund: ['consumed', 'available'],
  /** An operator's debit: lots in spending order, then debt. */
  debit: ['available', 'clawback'],
  debitOwed: ['debt', 'clawback'],
  /** A reversed debit: what is still owed of it is forgiven, the rest comes back. */
  debitUndone: ['clawback', 'available'],
  debitForgiven: ['clawback', 'debt'],
} as const satisfies Record<string, readonly [from: Side, to: Side]>;

export type Template = keyof typeof TEMPLATES;
