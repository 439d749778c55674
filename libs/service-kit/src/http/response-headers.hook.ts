import type { FastifyInstance } from 'fastify';

/** Balances and redemptions are of the moment and of one user: no cache keeps them, no browser guesses their type. */
export function forbidCaching(server: FastifyInstance): void {
  server.addHook('onRequest', (_request, reply, done) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    done();
  });
}
