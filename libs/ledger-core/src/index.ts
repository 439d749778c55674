export {
  balanceOf,
  newAccount,
  ZERO_BALANCE,
  type Account,
  type Balance,
  type HeldPart,
  type Hold,
  type Proposal,
  type RiskHold,
} from './account';
export { decodeAccount, encodeAccount, type PackedAccount, type PackedPage } from './account-codec';
export { lotsOf, pendingOf } from './account-reads';
export type { Bodies, Body, BodyCase, Decision, LotAmount, Redecision } from './body';
export type * from './commands';
export { decide } from './decide';
export { dueAtUs, dueCommand } from './due';
export { LADDERS } from './ladders';
export { INFLUENCE, isSpendable, POINT } from './assets';
export { compareLots, type Lot, type LotState } from './lot';
export type { PendingAward } from './pending';
export type { AssetBalance, Decided, Entry, LedgerFacts, Recorded } from './record';
export { decodeRecord, encodeRecord, entryKind } from './record-codec';
export { REFUSAL_TEXTS, type RefusalReason, type RefusalText } from './refusals';
export { TEMPLATES, type Template } from './templates';
