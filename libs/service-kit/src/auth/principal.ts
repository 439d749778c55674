import { HTTP_ERROR_CODES } from '../error-codes';
import { ProblemException } from '../http/problem.exception';
import type { Scope } from './scopes';

/** Who calls, as the token says. */
export interface Principal {
  readonly subject: string;
  readonly scopes: ReadonlySet<string>;
  /** The producer whose key was shown instead of a token. */
  readonly producer?: string;
}

/** Credentials of a service's own beside the issuer's tokens (keys of producers). */
export interface KeyVerifier {
  /** Who calls; undefined for what is none of these keys at all. @throws ProblemException (401) for a key that is not good */
  verify(authorization: string): Principal | undefined;
}

/** For scopes that only some requests of a route need. @throws ProblemException (403) when one is missing. */
export function requireScopes(principal: Principal, scopes: readonly Scope[]): void {
  const missing = scopes.filter((scope) => !principal.scopes.has(scope));
  if (missing.length === 0) return;
  throw new ProblemException(HTTP_ERROR_CODES.insufficientScope, {
    detail: `The token lacks the scope ${missing.join(' ')}.`,
    headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scopes.join(' ')}"` },
  });
}
