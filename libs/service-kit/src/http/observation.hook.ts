import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger as PinoLogger } from 'pino';
import type { ServiceMetrics } from '../metrics/service-metrics';

const MS_PER_SECOND = 1_000;
const SERVER_ERROR = 500;
const UNKNOWN_ROUTE = 'unknown';
/** Asked every few seconds by machines: a line for each would bury the rest. */
const QUIET_ROUTES: ReadonlySet<string> = new Set([
  '/health/live',
  '/health/ready',
  '/health/startup',
  '/metrics',
]);

/** The template, not the path: it carries no ids, and it is bounded. */
function routeOf(request: FastifyRequest): string {
  return request.is404 ? UNKNOWN_ROUTE : (request.routeOptions.url ?? UNKNOWN_ROUTE);
}

function lineOf(request: FastifyRequest, reply: FastifyReply, durationMs: number): Record<string, unknown> {
  return {
    request_id: request.id,
    method: request.method,
    route: routeOf(request),
    status: reply.statusCode,
    duration_ms: Math.round(durationMs),
    ...(request.principal === null ? {} : { subject: request.principal.subject }),
  };
}

/** One duration and one log line for each request. */
export function observeRequests(server: FastifyInstance, metrics: ServiceMetrics, logger: PinoLogger): void {
  server.addHook('onResponse', (request, reply, done) => {
    const durationMs = reply.elapsedTime;
    const labels = { method: request.method, route: routeOf(request), status: String(reply.statusCode) };
    metrics.httpDuration.observe(labels, durationMs / MS_PER_SECOND);
    if (!QUIET_ROUTES.has(routeOf(request)) || reply.statusCode >= SERVER_ERROR) {
      logger.info(lineOf(request, reply, durationMs), 'request');
    }
    done();
  });
}
