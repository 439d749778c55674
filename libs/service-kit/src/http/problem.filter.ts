import {
  Catch,
  HttpException,
  Injectable,
  Logger,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { currentTraceparent } from '@kuda/tracing';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { throwError, type Observable } from 'rxjs';
import { HTTP_ERROR_CODES, type ErrorCode } from '../error-codes';
import { amountsAsStrings } from './json';
import { ProblemException, type ProblemDetails } from './problem.exception';

const PROBLEM_CONTENT_TYPE = 'application/problem+json; charset=utf-8';
/** Where a reader finds a code explained; relative, because the document travels with the repository. */
const TYPE_BASE = '/docs/errors.md#';
const SERVER_ERROR = 500;

interface Answer {
  readonly status: number;
  readonly code: ErrorCode;
  readonly details: ProblemDetails;
}

const BY_STATUS: ReadonlyMap<number, ErrorCode> = new Map<number, ErrorCode>([
  [400, HTTP_ERROR_CODES.badRequest],
  [401, HTTP_ERROR_CODES.unauthenticated],
  [403, HTTP_ERROR_CODES.insufficientScope],
  [404, HTTP_ERROR_CODES.notFound],
  [413, HTTP_ERROR_CODES.bodyTooLarge],
  [415, HTTP_ERROR_CODES.unsupportedMediaType],
  [503, HTTP_ERROR_CODES.unavailable],
]);

/** Fastify's own errors are not HttpExceptions where they come before Nest's handlers, but they name a status. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  if (!(error instanceof Error) || !('statusCode' in error)) return SERVER_ERROR;
  return typeof error.statusCode === 'number' ? error.statusCode : SERVER_ERROR;
}

/** What an error is answered with. Text of errors below 500 may be shown; of a fault nothing is. */
function answerOf(error: unknown): Answer {
  if (error instanceof ProblemException) {
    return { status: error.problem.status, code: error.problem, details: error.details };
  }
  const status = statusOf(error);
  if (status >= SERVER_ERROR) {
    const code =
      status === HTTP_ERROR_CODES.unavailable.status
        ? HTTP_ERROR_CODES.unavailable
        : HTTP_ERROR_CODES.internal;
    return { status: code.status, code, details: {} };
  }
  const detail = error instanceof Error ? error.message : '';
  return { status, code: BY_STATUS.get(status) ?? HTTP_ERROR_CODES.requestRefused, details: { detail } };
}

function instanceOf(request: FastifyRequest): string {
  const traceId = currentTraceparent()?.split('-')[1];
  return traceId === undefined ? `urn:kuda:request:${request.id}` : `urn:kuda:trace:${traceId}`;
}

/** Every error of a route, and every one that Fastify finds before it, becomes RFC 9457 problem details. */
@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  /** For errors of Fastify's router, which come before any filter (a URL that cannot be decoded). */
  readonly answer = (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const answer = answerOf(error);
    const instance = instanceOf(request);
    if (answer.status >= SERVER_ERROR) this.logger.error({ err: error, code: answer.code.code, instance });
    if (!reply.sent) send(reply, answer, instance);
  };

  catch(error: unknown, host: ArgumentsHost): Observable<never> | undefined {
    // A consumer's error is its transport's to classify: hand it on as it is.
    if (host.getType() !== 'http') return throwError(() => error);
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
    return undefined;
  }
}

function send(reply: FastifyReply, { status, code, details }: Answer, instance: string): void {
  const body = {
    type: `${TYPE_BASE}${code.code.toLowerCase()}`,
    title: code.title,
    status,
    detail: details.detail ?? code.cause,
    instance,
    code: code.code,
    errors: details.errors ?? [],
    ...details.extra,
  };
  void reply
    .status(status)
    .headers({ ...details.headers })
    .header('content-type', PROBLEM_CONTENT_TYPE)
    .serializer((value: unknown) => JSON.stringify(value, amountsAsStrings))
    .send(body);
}
