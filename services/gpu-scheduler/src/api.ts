import type { ApiDescription } from '@kuda/service-kit';
import { OrderConsumer } from './orders/order.consumer';
import { RELAYED_TOPICS } from './sessions/session.relay';
import { SessionsController } from './sessions/sessions.controller';

export { GPU_ERROR_CODES as errors } from './error-codes';

/** The HTTP interface, for its OpenAPI document and for tests of every route. */
export const api: ApiDescription = {
  name: 'gpu-scheduler',
  title: 'GPU sessions',
  description: 'Runs bought GPU sessions as Kubernetes Jobs and meters them by the cluster’s own stamps.',
  controllers: [SessionsController],
};

/** What it takes from the bus, and the topics of which it is the one writer, for the AsyncAPI document. */
export const bus = { consumers: [OrderConsumer], sends: RELAYED_TOPICS };
