import type { FastifyInstance, FastifyRequest } from 'fastify';
import { requireScopes, type Principal } from './principal';
import type { TokenVerifier } from './token-verifier';

async function authenticate(request: FastifyRequest, verifier: TokenVerifier): Promise<Principal | null> {
  const { access } = request.routeOptions.config;
  if (access?.kind === 'public') return null;
  const principal = await verifier.verify(request.headers.authorization);
  // Closed by default: a route that came in past the check at start lets nobody through.
  if (access === undefined)
    throw new Error(`route ${request.routeOptions.url ?? '?'} says nothing of its access`);
  requireScopes(principal, access.scopes);
  return principal;
}

/**
 * Authentication and authorization of every route, before its body is read: a stranger gets 401 whatever they send,
 * and costs no parsing. Hence a Fastify hook and not a Nest guard.
 */
export function requireAuthentication(server: FastifyInstance, verifier: TokenVerifier): void {
  server.decorateRequest('principal', null);
  server.addHook('onRequest', async (request) => {
    if (!request.is404) request.principal = await authenticate(request, verifier);
  });
}
