import { context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import type { FastifyInstance } from 'fastify';

/**
 * Makes an incoming `traceparent` the active context of the route's handler, whose own hop then continues the
 * sender's trace. In `preHandler`, the last hook: reading the body would lose the context again.
 */
export function continueIncomingTraces(server: FastifyInstance): void {
  server.addHook('preHandler', (request, _reply, done) => {
    context.with(propagation.extract(ROOT_CONTEXT, request.headers), done);
  });
}
