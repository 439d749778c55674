import { HTTP_ERROR_CODES } from '../error-codes';
import { ProblemException } from '../http/problem.exception';
import type { Scope } from './scopes';

/** Who calls, as the token says. */
export interface Principal {
  readonly subject: string;
  readonly scopes: ReadonlySet<string>;
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
