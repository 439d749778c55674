import { ApiException } from '@kubernetes/client-node';

/** What a refused or failed call means to the caller; the HTTP code alone is ambiguous (409 has two meanings). */
export type KubeErrorKind =
  | 'not_found'
  | 'already_exists'
  | 'conflict'
  | 'gone'
  | 'invalid'
  | 'forbidden'
  | 'throttled'
  | 'unavailable';

/** What is known of a call that did not succeed. `statusCode` is 0 where no answer came. */
export interface KubeFailure {
  readonly kind: KubeErrorKind;
  readonly statusCode: number;
  readonly reason: string;
}

/** A call to the API server that did not succeed. `unavailable` covers 5xx, network faults and timeouts. */
export class KubeError extends Error implements KubeFailure {
  override readonly name = 'KubeError';
  readonly kind: KubeErrorKind;
  readonly statusCode: number;
  readonly reason: string;

  constructor(failure: KubeFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = failure.kind;
    this.statusCode = failure.statusCode;
    this.reason = failure.reason;
  }
}

interface StatusBody {
  readonly reason: string;
  readonly message: string;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The body of an ApiException is text where the server sent a Status object, and may be anything behind a proxy. */
function statusOf(body: unknown): StatusBody {
  let parsed: unknown = body;
  if (typeof body === 'string') {
    try {
      parsed = JSON.parse(body);
    } catch {
      return { reason: '', message: body.slice(0, 500) };
    }
  }
  if (typeof parsed !== 'object' || parsed === null) return { reason: '', message: '' };
  const status = parsed as { readonly reason?: unknown; readonly message?: unknown };
  return { reason: textOf(status.reason), message: textOf(status.message) };
}

/** Sorts an HTTP answer of the API server. */
export function kindOf(statusCode: number, reason: string): KubeErrorKind {
  switch (statusCode) {
    case 400:
    case 422:
      return 'invalid';
    case 401:
    case 403:
      return 'forbidden';
    case 404:
      return 'not_found';
    case 409:
      return reason === 'AlreadyExists' ? 'already_exists' : 'conflict';
    case 410:
      return 'gone';
    case 429:
      return 'throttled';
    default:
      return 'unavailable';
  }
}

/** Turns whatever client-node threw into a KubeError. */
export function toKubeError(error: unknown): KubeError {
  if (error instanceof KubeError) return error;
  if (error instanceof ApiException) {
    const { reason, message } = statusOf(error.body);
    const failure = { kind: kindOf(error.code, reason), statusCode: error.code, reason };
    return new KubeError(failure, message === '' ? `HTTP ${String(error.code)}` : message, { cause: error });
  }
  const found = (error as { readonly statusCode?: unknown } | null)?.statusCode;
  const statusCode = typeof found === 'number' ? found : 0;
  const message = error instanceof Error ? error.message : String(error);
  return new KubeError({ kind: kindOf(statusCode, ''), statusCode, reason: '' }, message, { cause: error });
}

/** Runs one call and answers its failure as KubeError. */
export async function calling<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toKubeError(error);
  }
}

/** Like `calling`, with null where the object does not exist. */
export async function findOrNull<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    const known = toKubeError(error);
    if (known.kind === 'not_found') return null;
    throw known;
  }
}
