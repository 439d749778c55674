import type { ApiDescription } from '@kuda/service-kit';
import { ActivityConsumer } from './intake/activity.consumer';
import { EventsController } from './intake/events.controller';
import { QuarantineController } from './quarantine/quarantine.controller';
import { RELAYED_TOPICS } from './relay/activity-records';
import { IntakeReportController } from './reports/intake-report.controller';
import { ProducerController } from './producers/producer.controller';
import { RiskPolicyController } from './risk/risk-policy.controller';
import { SchemasController } from './schemas/schemas.controller';
import { RingsController } from './votes/rings.controller';
import { TrustConsumer } from './votes/trust.consumer';

export { EVENT_SCHEMAS, type PublishedSchema } from './domain/event-schema';
export { INGEST_ERROR_CODES as errors } from './error-codes';

/** The HTTP interface, for its OpenAPI document and for tests of every route. */
export const api: ApiDescription = {
  name: 'behavior-ingest',
  title: 'Behaviour intake',
  description:
    'Takes activity events, keeps aside what it cannot take with a reason, and counts both exactly.',
  controllers: [
    EventsController,
    SchemasController,
    QuarantineController,
    ProducerController,
    RiskPolicyController,
    IntakeReportController,
    RingsController,
  ],
};

/** What it takes from the bus, and the topics of which it is the one writer, for the AsyncAPI document. */
export const bus = { consumers: [ActivityConsumer, TrustConsumer], sends: RELAYED_TOPICS };
