/** One row of `docs/errors.md`: stable code, what a caller sees, why it happens, what helps. */
export interface ErrorCode {
  readonly code: string;
  /** The HTTP status it is answered with; absent for a code that never reaches HTTP. */
  readonly status?: number;
  readonly title: string;
  readonly cause: string;
  readonly remedy: string;
}

/** What every service can answer, whatever its own codes are. */
export const HTTP_ERROR_CODES = {
  badRequest: {
    code: 'KUDA-HTTP-1000',
    status: 400,
    title: 'Bad request',
    cause: 'The request line, a header or the body cannot be read; a body that is not JSON, for example.',
    remedy: 'Send well-formed JSON in UTF-8 with its content type.',
  },
  invalidRequest: {
    code: 'KUDA-HTTP-1001',
    status: 400,
    title: 'Invalid request',
    cause:
      'A field is missing, unknown, of the wrong type or out of range; `errors` has a JSON pointer to each.',
    remedy: 'Correct the fields that `errors` points at; the OpenAPI document names all of them.',
  },
  unauthenticated: {
    code: 'KUDA-HTTP-1002',
    status: 401,
    title: 'Authentication required',
    cause:
      'There is no bearer token, or it is expired, wrongly signed, or meant for another issuer or audience.',
    remedy: 'Get a fresh token from the issuer and send it as `Authorization: Bearer <token>`.',
  },
  insufficientScope: {
    code: 'KUDA-HTTP-1003',
    status: 403,
    title: 'Insufficient scope',
    cause: 'The token is good, but lacks a scope that the route needs; `WWW-Authenticate` names it.',
    remedy: 'Ask the issuer for a token with that scope.',
  },
  notFound: {
    code: 'KUDA-HTTP-1004',
    status: 404,
    title: 'Not found',
    cause: 'No such route for this method, or no such thing.',
    remedy: 'Compare path and method with the OpenAPI document.',
  },
  bodyTooLarge: {
    code: 'KUDA-HTTP-1005',
    status: 413,
    title: 'Body too large',
    cause: 'The body is larger than the service takes (1 MiB, unless its description says otherwise).',
    remedy: 'Send less at once; events can be split into several batches.',
  },
  unsupportedMediaType: {
    code: 'KUDA-HTTP-1006',
    status: 415,
    title: 'Unsupported media type',
    cause: 'The content type of the body is none that the route takes.',
    remedy: 'Send `application/json`, or what the OpenAPI document lists.',
  },
  idempotencyKeyInvalid: {
    code: 'KUDA-HTTP-1007',
    status: 400,
    title: 'Idempotency-Key missing or invalid',
    cause: 'The route needs an `Idempotency-Key` header of 1 to 128 printable characters.',
    remedy: 'Send a fresh unique key with each new request and the same key with each repeat of it.',
  },
  requestRefused: {
    code: 'KUDA-HTTP-1008',
    title: 'Request refused',
    cause: 'The request cannot be answered as it stands; the status says why.',
    remedy: 'Look the HTTP status up.',
  },
  internal: {
    code: 'KUDA-HTTP-1500',
    status: 500,
    title: 'Internal error',
    cause: 'A fault of the service; its log has the details under the `instance` of the problem.',
    remedy: 'Repeat the request; if it persists, report the `instance`.',
  },
  unavailable: {
    code: 'KUDA-HTTP-1503',
    status: 503,
    title: 'Unavailable',
    cause: 'The service is starting or stopping, or something it depends on does not answer.',
    remedy: 'Repeat after a second or more; writes with the same idempotency key are safe to repeat.',
  },
} as const satisfies Record<string, ErrorCode>;
