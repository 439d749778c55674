/** The ledger's decisions without the service around them: what tools open on a database of their own. */
export { LedgerPolicy } from './ledger.policy';
export { loadRules } from './load-rules';
export { userStream } from './user-stream';
