import type { LogCommitter } from '@kuda/event-store';
import type { SagaCommand } from './saga-command';

/** The one writer of the redemption log. */
export type RedemptionCommitter = LogCommitter<SagaCommand>;

export const COMMITTER = Symbol('the committer of the redemption log');

/** Connections to the log, as its reader. */
export const LOG_POOL = Symbol('the connections of the redemption log');

/** Catalogue, price book and policies. */
export const OFFERS = Symbol('the offer book');
