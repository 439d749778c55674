import type { FastifyInstance } from 'fastify';
import { HTTP_ERROR_CODES } from '../error-codes';
import type { ShutdownCoordinator } from '../shutdown/shutdown-coordinator';
import { problem } from './problem.exception';

/** How often connections that have become idle are closed while stopping, in milliseconds. */
const IDLE_SWEEP_MS = 50;

/** On a connection that stays open, requests can still come in after the listener is gone: they get 503. */
export function refuseWhileStopping(server: FastifyInstance, shutdown: ShutdownCoordinator): void {
  server.addHook('onRequest', (request, _reply, done) => {
    const isProbe = request.routeOptions.config.access?.kind === 'public';
    if (!shutdown.isStopping || isProbe) done();
    else
      done(problem(HTTP_ERROR_CODES.unavailable, { headers: { connection: 'close', 'retry-after': '1' } }));
  });
}

/** Stops listening now, and waits for the requests in hand. */
export function closeListener(server: FastifyInstance): Promise<void> {
  return new Promise((resolve) => {
    // A kept-alive connection becomes idle only when its request is answered, and would stay for its whole timeout.
    const sweep = setInterval(() => server.server.closeIdleConnections(), IDLE_SWEEP_MS);
    // An error here means that it was not listening: nothing to close.
    server.server.close(() => {
      clearInterval(sweep);
      resolve();
    });
  });
}
