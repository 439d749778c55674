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
export type {
  Activity,
  AssetAmount,
  Command,
  DecideActivity,
  DueCommand,
  HoldCommand,
  PlaceHold,
  ReleaseHold,
  SettleHold,
} from './commands';
export { decide } from './decide';
export { dueAtUs, dueCommand } from './due';
export { compareLots } from './lots';
export type { Body, Decided, Decision, Entry, HeldLot, LedgerFacts } from './record';
export { REFUSALS, type RefusalReason } from './refusals';
