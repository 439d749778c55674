export type { Anomaly } from './anomaly';
export { LedgerClient, type LedgerClientOptions, type ShardPosition } from './ledger-client';
export { LedgerLagError } from './ledger-lag.error';
export type { UserChange } from './ledger-view';
export type { AssetBalance, UserView } from './user-view';
