import { startTokenIssuer } from '@kuda/testing';

/** Stands where a platform has its identity provider. */
export interface Tokens {
  readonly issuer: string;
  readonly jwksUrl: string;
  token(scopes: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

const SUBJECT = 'local-stack';
/** As long as a stack may stay up in one day's work. */
const LIFETIME_SECONDS = 24 * 3600;

/** An issuer with its own key; the private half stays in `keyFile`, readable by its owner only. */
export async function startTokens(port: number, keyFile: string): Promise<Tokens> {
  const authority = await startTokenIssuer({ port, keyFile });
  return {
    issuer: authority.issuer,
    jwksUrl: authority.jwksUrl,
    token: (scopes) => authority.sign({ sub: SUBJECT, scopes, ttlSeconds: LIFETIME_SECONDS }),
    stop: () => authority.stop(),
  };
}
