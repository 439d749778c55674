import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  SignJWT,
  type CryptoKey,
  type JWK,
} from 'jose';

const ALGORITHM = 'EdDSA';
const DEFAULT_TTL_SECONDS = 3_600;
const DEFAULT_AUDIENCE = 'kuda';
const OWNER_ONLY = 0o600;

export interface TokenIssuerOptions {
  /** 0 or omitted: the system chooses. */
  readonly port?: number;
  /** Keeps the private key (JWK) here, so that tokens outlive a restart; made when absent. */
  readonly keyFile?: string;
}

export interface TokenClaims {
  readonly sub: string;
  readonly scopes: readonly string[];
  /** Life in seconds, one hour when omitted; negative for an expired token. */
  readonly ttlSeconds?: number;
  readonly audience?: string;
  readonly issuer?: string;
}

/** A small authority of its own: publishes its key and signs tokens. For tests and the stack of one machine. */
export interface TokenIssuer {
  readonly issuer: string;
  readonly jwksUrl: string;
  sign(claims: TokenClaims): Promise<string>;
  stop(): Promise<void>;
}

function readKey(keyFile: string | undefined): JWK | undefined {
  if (keyFile === undefined || !existsSync(keyFile)) return undefined;
  return JSON.parse(readFileSync(keyFile, 'utf8')) as JWK;
}

async function keyOf(keyFile: string | undefined): Promise<JWK> {
  const kept = readKey(keyFile);
  if (kept !== undefined) return kept;
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const made = await exportJWK(privateKey);
  if (keyFile !== undefined) writeFileSync(keyFile, JSON.stringify(made), { mode: OWNER_ONLY });
  return made;
}

function answerJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** The published half of the key: everything but `d`. */
async function publicKeyOf({ d: _private, ...rest }: JWK): Promise<JWK> {
  return { ...rest, kid: await calculateJwkThumbprint(rest), alg: ALGORITHM, use: 'sig' };
}

/** Starts an issuer on 127.0.0.1. */
export async function startTokenIssuer({ port = 0, keyFile }: TokenIssuerOptions = {}): Promise<TokenIssuer> {
  const jwk = await keyOf(keyFile);
  const publicKey = await publicKeyOf(jwk);
  const privateKey = (await importJWK(jwk, ALGORITHM)) as CryptoKey;
  const server = createServer((_request, response) => answerJson(response, { keys: [publicKey] }));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return {
    issuer,
    jwksUrl: `${issuer}/.well-known/jwks.json`,
    sign: ({ sub, scopes, ttlSeconds = DEFAULT_TTL_SECONDS, ...other }) => {
      const nowSeconds = Math.floor(Date.now() / 1_000);
      return new SignJWT({ scope: scopes.join(' ') })
        .setProtectedHeader({ alg: ALGORITHM, kid: publicKey.kid ?? '', typ: 'JWT' })
        .setSubject(sub)
        .setIssuer(other.issuer ?? issuer)
        .setAudience(other.audience ?? DEFAULT_AUDIENCE)
        .setIssuedAt(nowSeconds)
        .setExpirationTime(nowSeconds + ttlSeconds)
        .sign(privateKey);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
