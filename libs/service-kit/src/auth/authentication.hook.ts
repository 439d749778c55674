import type { FastifyInstance, FastifyRequest } from 'fastify';
import { requireScopes, type KeyVerifier, type Principal } from './principal';
import type { TokenVerifier } from './token-verifier';

/** What tells callers apart: the issuer's tokens, and a service's own keys where it has some. */
export interface Verifiers {
  readonly tokens: TokenVerifier;
  readonly keys: KeyVerifier | null;
}

function identify({ authorization }: FastifyRequest['headers'], { tokens, keys }: Verifiers) {
  const ofKey = authorization === undefined ? undefined : keys?.verify(authorization);
  return ofKey ?? tokens.verify(authorization);
}

async function authenticate(request: FastifyRequest, verifiers: Verifiers): Promise<Principal | null> {
  const { access } = request.routeOptions.config;
  if (access?.kind === 'public') return null;
  const principal = await identify(request.headers, verifiers);
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
export function requireAuthentication(server: FastifyInstance, verifiers: Verifiers): void {
  server.decorateRequest('principal', null);
  server.addHook('onRequest', async (request) => {
    if (!request.is404) request.principal = await authenticate(request, verifiers);
  });
}
