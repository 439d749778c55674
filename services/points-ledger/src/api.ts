import type { ApiDescription } from '@kuda/service-kit';
import { ActivityConsumer } from './awards/activity.consumer';
import { CommandConsumer } from './commands/command.consumer';
import { CONTROLLERS } from './controllers';
import { RELAY_TOPICS } from './ledger/relay-records';

export { LEDGER_ERROR_CODES as errors } from './error-codes';

/** The HTTP interface, for its OpenAPI document and for tests of every route. */
export const api: ApiDescription = {
  name: 'points-ledger',
  title: 'Points ledger',
  description:
    'Balances, statements and decisions of users, and reports over all of them. Writes come over the topics only: ledger.commands.v1.',
  controllers: CONTROLLERS,
};

/** What it takes from the bus, and the topics of which it is the one writer, for the AsyncAPI document. */
export const bus = { consumers: [ActivityConsumer, CommandConsumer], sends: RELAY_TOPICS };
