/** The read models without the service around them: what tools open on a database of their own. */
export { bindProjections, projectionFacts } from './shard-projections';
export { MIGRATIONS } from '../shards/ledger-layout';
