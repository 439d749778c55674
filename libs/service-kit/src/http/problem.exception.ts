import { HttpException } from '@nestjs/common';
import { HTTP_ERROR_CODES, type ErrorCode } from '../error-codes';

/** One thing wrong with a request. */
export interface ProblemItem {
  /** JSON pointer into the body, or `/query/<name>`, `/path/<name>`, `/header/<name>`. */
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** What a problem says beyond its code. */
export interface ProblemDetails {
  readonly detail?: string;
  readonly errors?: readonly ProblemItem[];
  /** Extension members of the problem document (RFC 9457 section 3.2), in snake_case. */
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer other than success, by a code of an error table. The global filter turns it into problem details. */
export class ProblemException extends HttpException {
  constructor(
    readonly problem: ErrorCode & { readonly status: number },
    readonly details: ProblemDetails = {},
  ) {
    super(problem.title, problem.status);
  }
}

/** `throw problem(REDEMPTION_ERROR_CODES.quoteExpired, { detail: '…' })`. */
export function problem(
  code: ErrorCode & { readonly status: number },
  details?: ProblemDetails,
): ProblemException {
  return new ProblemException(code, details);
}

/** A 404 of a thing. */
export function notFound(detail: string): ProblemException {
  return new ProblemException(HTTP_ERROR_CODES.notFound, { detail });
}
