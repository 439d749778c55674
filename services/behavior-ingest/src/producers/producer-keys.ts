import { hash, randomBytes } from 'node:crypto';
import type { Clock } from '@kuda/event-store';
import { HTTP_ERROR_CODES, problem, type KeyVerifier, type Principal, type Scope } from '@kuda/service-kit';
import type { ProducerDirectory, ProducerKey } from '../domain/producer';

/** Tells a producer's key from a token, also for scanners of leaked secrets. */
export const KEY_PREFIX = 'kuda_pk_';
const SECRET_BYTES = 32;
const KEY_ID_CHARS = 12;
const BEARER = /^bearer +(\S+) *$/i;
const KEY = /^kuda_pk_[\w-]{43}$/;

/**
 * The SHA-256 of a key: 256 random bits need no salt and no slow hash, and being looked up by the digest, they need no
 * comparison in constant time either.
 */
export function digestOf(key: string): string {
  return hash('sha256', key, 'hex');
}

/** A new key: its text, to be shown once, and what is kept of it. */
export function newKey(createdAtUs: bigint, expiresAtUs: bigint | null): { text: string; key: ProducerKey } {
  const text = `${KEY_PREFIX}${randomBytes(SECRET_BYTES).toString('base64url')}`;
  const digest = digestOf(text);
  return { text, key: { keyId: digest.slice(0, KEY_ID_CHARS), digest, createdAtUs, expiresAtUs } };
}

const SCOPES: readonly Scope[] = ['events:write'];
const BACKFILL_SCOPES: readonly Scope[] = ['events:write', 'events:backfill'];

/** Checks keys of producers, which may do nothing but send events. */
export class ProducerKeyVerifier implements KeyVerifier {
  constructor(
    private readonly registry: { readonly directory: ProducerDirectory },
    private readonly clock: Clock,
  ) {}

  verify(authorization: string): Principal | undefined {
    const credential = BEARER.exec(authorization)?.[1];
    if (credential?.startsWith(KEY_PREFIX) !== true) return undefined;
    const producer = KEY.test(credential)
      ? this.registry.directory.ofKey(digestOf(credential), this.clock.nowUs())
      : null;
    if (producer === null) {
      throw problem(HTTP_ERROR_CODES.unauthenticated, {
        detail: 'The key is unknown, revoked or expired, or its producer is disabled.',
        headers: { 'www-authenticate': 'Bearer realm="kuda", error="invalid_token"' },
      });
    }
    const scopes = new Set<string>(producer.backfill ? BACKFILL_SCOPES : SCOPES);
    return { subject: `producer/${producer.id}`, scopes, producer: producer.id };
  }
}
