import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { HTTP_ERROR_CODES } from '../error-codes';
import { ProblemException } from '../http/problem.exception';
import type { Principal } from './principal';
import { VerifiedTokens } from './verified-tokens';

/** Only signatures with public keys: no `none`, no shared secrets. */
const ALGORITHMS = ['EdDSA', 'ES256', 'RS256'];
const CLOCK_TOLERANCE_SECONDS = 30;
const JWKS_TIMEOUT_MS = 3_000;
/** How long a key set is trusted without being fetched again, in milliseconds. */
const JWKS_MAX_AGE_MS = 600_000;
/** An unknown key id makes us look again, at most this often, in milliseconds. */
const JWKS_COOLDOWN_MS = 5_000;
const MAX_TOKEN_CHARACTERS = 8_192;

const BEARER = /^bearer +([\w-]+\.[\w-]+\.[\w-]+) *$/i;

export interface TokenSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
}

function unauthenticated(detail: string, error?: string): ProblemException {
  const challenge = error === undefined ? 'Bearer realm="kuda"' : `Bearer realm="kuda", error="${error}"`;
  return new ProblemException(HTTP_ERROR_CODES.unauthenticated, {
    detail,
    headers: { 'www-authenticate': challenge },
  });
}

/** Checks bearer tokens against the issuer's published keys. */
export class TokenVerifier {
  private readonly keys: JWTVerifyGetKey;
  private readonly verified = new VerifiedTokens();

  constructor(private readonly settings: TokenSettings) {
    this.keys = createRemoteJWKSet(new URL(settings.jwksUrl), {
      timeoutDuration: JWKS_TIMEOUT_MS,
      cacheMaxAge: JWKS_MAX_AGE_MS,
      cooldownDuration: JWKS_COOLDOWN_MS,
    });
  }

  /** @throws ProblemException 401 for a token that is none, 503 while the issuer's keys cannot be read. */
  async verify(authorization: string | undefined): Promise<Principal> {
    if (authorization === undefined) throw unauthenticated('The request has no bearer token.');
    const token = authorization.length > MAX_TOKEN_CHARACTERS ? undefined : BEARER.exec(authorization)?.[1];
    if (token === undefined)
      throw unauthenticated('The Authorization header is no bearer token.', 'invalid_request');
    const known = this.verified.get(token);
    if (known !== undefined) return known;
    const { sub, scope, exp } = await this.claimsOf(token);
    if (typeof sub !== 'string' || sub === '')
      throw unauthenticated('The token names no subject.', 'invalid_token');
    const scopes = typeof scope === 'string' ? scope.split(' ').filter((name) => name !== '') : [];
    const principal = { subject: sub, scopes: new Set(scopes) };
    this.verified.remember(token, principal, exp ?? 0);
    return principal;
  }

  private async claimsOf(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        issuer: this.settings.issuer,
        audience: this.settings.audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        requiredClaims: ['exp', 'sub'],
      });
      return payload;
    } catch (error) {
      throw refusalOf(error);
    }
  }
}

function refusalOf(error: unknown): ProblemException {
  if (error instanceof errors.JWTExpired) return unauthenticated('The token has expired.', 'invalid_token');
  if (error instanceof errors.JOSEError && !isKeySetUnreachable(error)) {
    return unauthenticated('The token is not valid here.', 'invalid_token');
  }
  return new ProblemException(HTTP_ERROR_CODES.unavailable, {
    detail: 'The keys of the token issuer cannot be read.',
  });
}

/** A bare JOSEError is an answer of the key server other than 200 with JSON. */
function isKeySetUnreachable(error: errors.JOSEError): boolean {
  const ofTheKeySet = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid;
  return ofTheKeySet || error.code === 'ERR_JOSE_GENERIC';
}
