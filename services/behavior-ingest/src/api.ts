import type { ApiDescription } from '@kuda/service-kit';
import { EventsController } from './intake/events.controller';
import { QuarantineController } from './quarantine/quarantine.controller';
import { IntakeReportController } from './reports/intake-report.controller';

export { INGEST_ERROR_CODES as errors } from './error-codes';

/** The HTTP interface, for its OpenAPI document and for tests of every route. */
export const api: ApiDescription = {
  name: 'behavior-ingest',
  title: 'Behaviour intake',
  description:
    'Takes activity events, keeps aside what it cannot take with a reason, and counts both exactly.',
  controllers: [EventsController, QuarantineController, IntakeReportController],
};
