import type { ApiDescription } from '@kuda/service-kit';
import { SessionsController } from './sessions/sessions.controller';

export { GPU_ERROR_CODES as errors } from './error-codes';

/** The HTTP interface, for its OpenAPI document and for tests of every route. */
export const api: ApiDescription = {
  name: 'gpu-scheduler',
  title: 'GPU sessions',
  description: 'Runs bought GPU sessions as Kubernetes Jobs and meters them by the cluster’s own stamps.',
  controllers: [SessionsController],
};
