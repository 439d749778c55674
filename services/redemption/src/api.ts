import type { ApiDescription } from '@kuda/service-kit';
import { CatalogController } from './quotes/catalog.controller';
import { QuoteController } from './quotes/quote.controller';
import { LedgerEventsConsumer } from './redemptions/ledger-events.consumer';
import { SessionsConsumer } from './redemptions/sessions.consumer';
import { RELAYED_TOPICS } from './redemptions/redemption.relay';
import { RedemptionController } from './redemptions/redemption.controller';

export { REDEMPTION_ERROR_CODES as errors } from './error-codes';

/** The HTTP interface, for its OpenAPI document and for tests of every route. */
export const api: ApiDescription = {
  name: 'redemption',
  title: 'Redemption centre',
  description:
    'Turns points and hours into GPU sessions: catalogue, quotes, redemptions and what became of them.',
  controllers: [CatalogController, QuoteController, RedemptionController],
};

/** What it takes from the bus, and the topics of which it is the one writer, for the AsyncAPI document. */
export const bus = { consumers: [LedgerEventsConsumer, SessionsConsumer], sends: RELAYED_TOPICS };
