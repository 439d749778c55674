import type { Command, DueCommand } from './commands';
import type { RefusalReason } from './refusals';

type Refusable = Exclude<Command, DueCommand>['type'];

const MOVE_HOLD = ['hold_closed', 'hold_unknown'] as const;

/** In which order each command is checked; it is refused with the first that holds. What is not listed cannot be refused. */
export const LADDERS: Readonly<Record<Refusable, readonly RefusalReason[]>> = {
  'decide-activity': ['account_closed'],
  award: [
    'account_closed',
    'asset_invalid',
    'amount_invalid',
    'source_invalid',
    'restriction_invalid',
    'expiry_invalid',
    'too_many_lot_kinds',
  ],
  'place-hold': [
    'hold_exists',
    'account_closed',
    'account_frozen',
    'amounts_invalid',
    'expiry_invalid',
    'too_many_holds',
    'insufficient_available',
    'too_many_lots',
  ],
  'settle-hold': [...MOVE_HOLD, 'capture_invalid', 'capture_exceeds_held'],
  'capture-hold': [...MOVE_HOLD, 'capture_invalid', 'capture_exceeds_held'],
  'release-hold': MOVE_HOLD,
  'extend-hold': [...MOVE_HOLD, 'account_frozen', 'expiry_invalid'],
  'propose-adjustment': [
    'account_closed',
    'proposal_exists',
    'asset_invalid',
    'amount_invalid',
    'expiry_invalid',
    'too_many_proposals',
  ],
  'adjust-balance': [
    'account_closed',
    'proposal_unknown',
    'self_approval',
    'expiry_invalid',
    'too_many_lot_kinds',
    'too_many_lots',
  ],
  'reverse-transaction': [
    'account_closed',
    'transaction_unknown',
    'not_reversible',
    'lot_unknown',
    'amounts_invalid',
    'lot_expired',
    'already_reversed',
    'reversal_exceeds',
    'too_many_lot_kinds',
  ],
  'open-account': ['account_open'],
  'close-account': [
    'account_closed',
    'account_not_open',
    'holds_open',
    'awards_pending',
    'debt_open',
    'balance_left',
    'too_many_lots',
  ],
  'freeze-account': ['account_closed', 'account_frozen'],
  'unfreeze-account': ['account_closed', 'account_not_frozen'],
  'override-trust': ['account_closed', 'trust_level_invalid'],
  'place-risk-hold': [
    'account_closed',
    'risk_hold_exists',
    'expiry_invalid',
    'too_many_risk_holds',
    'too_many_lots',
  ],
  'resolve-risk-hold': ['account_closed', 'risk_hold_unknown', 'lot_unknown', 'too_many_lots'],
};
