export {
  balanceOf,
  newAccount,
  ZERO_BALANCE,
  type Account,
  type Balance,
  type HeldPart,
  type Hold,
  type Lot,
  type PendingAward,
} from './account';
export { decodeAccount, encodeAccount } from './account-codec';
export type * from './commands';
export { decide } from './decide';
export { dueAtUs, dueCommand } from './due';
export { compareLots } from './lots';
export type { Bodies, Body, BodyCase, Decision, LotAmount, Redecision } from './body';
export type { AssetBalance, Decided, Entry, LedgerFacts, LotState, Recorded } from './record';
export { packMoves } from './moves';
export { decodeRecord, encodeRecord, entryKind } from './record-codec';
export { REFUSALS, type RefusalReason } from './refusals';
