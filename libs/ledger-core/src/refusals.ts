/** What a refusal is to a person: titles, causes and remedies are shown in the documentation of errors. */
export interface RefusalText {
  readonly code: string;
  readonly title: string;
  readonly cause: string;
  readonly remedy: string;
}

const table = {
  hold_exists: [
    1001,
    'Hold exists',
    'A hold of this id was placed before, by another command.',
    'Give each redemption a hold id of its own.',
  ],
  amounts_invalid: [
    1002,
    'Amounts invalid',
    'Amounts are above 0, each asset once, at most 8 of them, and none is INFLUENCE; a reversal names what it follows.',
    'Correct the amounts of the command and send it under a new command id.',
  ],
  expiry_invalid: [
    1003,
    'Expiry invalid',
    'An end has passed already or lies too far ahead: 14 days for a hold, 90 for a risk hold, ten years for a lot; a hold is only ever moved to a later one.',
    'Compute the expiry from now and send the command under a new command id.',
  ],
  too_many_holds: [1004, 'Too many holds', 'The user has 16 open holds.', 'Settle or release one first.'],
  insufficient_available: [
    1005,
    'Insufficient balance',
    "The user's lots do not have the amount that is asked for, or those that have it may not be spent on this SKU.",
    'Read the balance and ask for less.',
  ],
  hold_unknown: [
    1006,
    'Hold unknown',
    'The user has no hold of this id.',
    'Check user and hold id; place a hold first.',
  ],
  hold_closed: [
    1007,
    'Hold has ended',
    'The hold was settled or released before, or it expired in ledger time.',
    "Nothing to do: the first ending counts. The user's transactions show it.",
  ],
  capture_invalid: [
    1008,
    'Capture invalid',
    'Captured amounts are below 0 or name an asset twice, or a partial capture takes nothing.',
    'Correct the amounts and send the command under a new command id.',
  ],
  capture_exceeds_held: [
    1009,
    'Capture exceeds the hold',
    'More of an asset would be captured than the hold has; an overrun is the cost of the platform.',
    'Capture at most what is held.',
  ],
  account_closed: [
    1010,
    'Account closed',
    'The account was closed; nothing is booked to it, and its events are not rewarded.',
    'Open the account again with OpenAccount.',
  ],
  account_frozen: [
    1011,
    'Account frozen',
    'The account is frozen: no hold is placed or extended, and it cannot be frozen twice.',
    'Unfreeze the account first.',
  ],
  asset_invalid: [
    1012,
    'Asset invalid',
    'The asset is not one that can be spent: INFLUENCE is only ever credited beside an award.',
    'Use POINT, GPU_SECOND/<class>, TPU_SECOND/<class>, CI_SECOND or LOADTEST_VU_SECOND.',
  ],
  amount_invalid: [
    1013,
    'Amount invalid',
    'The amount is 0, of the wrong sign, or above 10^15 smallest units.',
    'Correct the amount and send the command under a new command id.',
  ],
  source_invalid: [
    1014,
    'Source invalid',
    'An award comes from `goodwill` or from `issuance/<origin>`.',
    'Name one of them.',
  ],
  restriction_invalid: [
    1015,
    'Restriction invalid',
    'A restriction is the prefix of a SKU: up to 64 lower-case letters, digits, dots and hyphens.',
    'Correct the restriction, or leave it empty.',
  ],
  too_many_lot_kinds: [
    1016,
    'Too many kinds of lots',
    'The user has live lots of 100 different assets and restrictions.',
    'Use a restriction that the user has already.',
  ],
  too_many_lots: [
    1017,
    'Too many lots',
    'One record takes from at most 2,048 lots.',
    'Ask for less, and for the rest by further commands.',
  ],
  proposal_exists: [
    1018,
    'Proposal exists',
    'An adjustment with this id waits for approval.',
    'Give each proposal an id of its own.',
  ],
  too_many_proposals: [
    1019,
    'Too many proposals',
    '16 adjustments of this user wait for approval.',
    'Approve one, or wait until one lapses after 7 days.',
  ],
  proposal_unknown: [
    1020,
    'Proposal unknown',
    'No such adjustment waits: it was never proposed, was approved before, or lapsed after 7 days.',
    'Propose it again.',
  ],
  self_approval: [
    1021,
    'Own adjustment',
    'Whoever proposed an adjustment, or is paid by it, cannot approve it.',
    'Have another person approve it.',
  ],
  transaction_unknown: [
    1022,
    'Transaction unknown',
    'There is no record of this user at the position.',
    "Take the position from the user's transactions.",
  ],
  not_reversible: [
    1023,
    'Not reversible',
    'Holds, releases, maturing, expiry and reversals are not reversed, nor is a record that moved nothing.',
    'Reverse the award, capture or adjustment itself.',
  ],
  lot_unknown: [
    1024,
    'Lot unknown',
    'The transaction has no award with this lot, or the risk hold does not keep it.',
    'Take the lot from the record.',
  ],
  lot_expired: [
    1025,
    'Lot has expired',
    'The life of the award is over: what was left of it has lapsed.',
    'Use an adjustment, which two persons agree on.',
  ],
  already_reversed: [
    1026,
    'Reversed before',
    'All of it was reversed before.',
    "Nothing to do; the user's transactions show the reversal.",
  ],
  reversal_exceeds: [
    1027,
    'Reversal exceeds the transaction',
    'More of an asset would be reversed than is left of the transaction.',
    'Reverse at most what was not reversed before.',
  ],
  account_open: [1028, 'Account open', 'The account is open already.', 'Nothing to do.'],
  account_not_open: [
    1029,
    'Account not open',
    'The account was never opened, by a command or by a first event or award.',
    'Check the user id.',
  ],
  account_not_frozen: [1030, 'Account not frozen', 'The account is not frozen.', 'Nothing to do.'],
  holds_open: [
    1031,
    'Holds are open',
    'An account with open holds is not closed.',
    'Settle or release them first.',
  ],
  awards_pending: [
    1032,
    'Awards are pending',
    'An account with pending awards is not closed.',
    'Wait until they mature, or reverse them.',
  ],
  debt_open: [
    1033,
    'Debt is open',
    'An account that owes something is not closed.',
    'Balance the debt with an adjustment first.',
  ],
  balance_left: [
    1034,
    'Balance left',
    'The account has something left and the command does not forfeit it.',
    'Spend it first, or close with `forfeit`.',
  ],
  trust_level_invalid: [
    1035,
    'Trust level invalid',
    'A trust level is 0 to 3.',
    'Correct the level, or leave it out for the computed one.',
  ],
  risk_hold_exists: [
    1036,
    'Risk hold exists',
    'A risk hold of this id keeps awards of this user.',
    'Give each risk hold an id of its own.',
  ],
  too_many_risk_holds: [
    1037,
    'Too many risk holds',
    '16 risk holds of this user are open.',
    'Resolve one first.',
  ],
  risk_hold_unknown: [
    1038,
    'Risk hold unknown',
    'The user has no open risk hold of this id.',
    'Check user and id; it may have been resolved before.',
  ],
} as const satisfies Record<string, readonly [number: number, title: string, cause: string, remedy: string]>;

export type RefusalReason = keyof typeof table;

/**
 * Refusals of the ledger: outcomes, recorded like successes. Each command is checked in the order of its ladder
 * (`ladders.ts`) and refused with the first reason that holds; codes are stable for ever.
 */
export const REFUSAL_TEXTS = Object.fromEntries(
  Object.entries(table).map(([reason, [number, title, cause, remedy]]) => [
    reason,
    { code: `KUDA-LEDGER-${String(number)}`, title, cause, remedy },
  ]),
) as Readonly<Record<RefusalReason, RefusalText>>;

/** A refusal as a value. */
export interface Refusal {
  readonly refused: RefusalReason;
  /** One sentence for a person. */
  readonly detail: string;
}

export function refusal(refused: RefusalReason, detail: string): Refusal {
  return { refused, detail };
}
