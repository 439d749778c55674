/**
 * Refusals of the ledger: outcomes, recorded like successes. A command is checked in the order of this table and
 * refused with the first that holds; codes are stable for ever.
 */
export const REFUSALS = {
  hold_exists: 'KUDA-LEDGER-1001',
  amounts_invalid: 'KUDA-LEDGER-1002',
  expiry_invalid: 'KUDA-LEDGER-1003',
  too_many_holds: 'KUDA-LEDGER-1004',
  insufficient_available: 'KUDA-LEDGER-1005',
  hold_unknown: 'KUDA-LEDGER-1006',
  hold_closed: 'KUDA-LEDGER-1007',
  capture_invalid: 'KUDA-LEDGER-1008',
  capture_exceeds_held: 'KUDA-LEDGER-1009',
} as const;

export type RefusalReason = keyof typeof REFUSALS;

/** A refusal as a value. */
export interface Refusal {
  readonly refused: RefusalReason;
  /** One sentence for a person. */
  readonly detail: string;
}

export function refusal(refused: RefusalReason, detail: string): Refusal {
  return { refused, detail };
}
