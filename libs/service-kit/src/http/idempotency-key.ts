import { HTTP_ERROR_CODES } from '../error-codes';
import { problem } from './problem.exception';

export const IDEMPOTENCY_KEY_HEADER = 'Idempotency-Key';

/** 1 to 128 printable ASCII characters without quote and backslash, bare or as a structured-field string (`"…"`). */
const KEY = /^(?:"([\x20-\x21\x23-\x5b\x5d-\x7e]{1,128})"|([\x21\x23-\x5b\x5d-\x7e]{1,128}))$/;

/** Reads an `Idempotency-Key` header. @throws ProblemException (400) when it is missing or not one. */
export function idempotencyKey(header: unknown): string {
  const match = typeof header === 'string' ? KEY.exec(header.trim()) : null;
  const key = match?.[1] ?? match?.[2];
  if (key === undefined) throw problem(HTTP_ERROR_CODES.idempotencyKeyInvalid);
  return key;
}
