import type { ApiDescription } from '@kuda/service-kit';
import { CatalogController } from './quotes/catalog.controller';
import { QuoteController } from './quotes/quote.controller';
import { RedemptionController } from './redemptions/redemption.controller';

export { REDEMPTION_ERROR_CODES as errors } from './domain/error-codes';

/** The HTTP interface, for its OpenAPI document and for tests of every route. */
export const api: ApiDescription = {
  name: 'redemption',
  title: 'Redemption',
  description: 'Points become GPU time: catalogue, quotes, redemptions with their settlement.',
  controllers: [CatalogController, QuoteController, RedemptionController],
};
