import { z } from 'zod';
import { HTTP_ERROR_CODES, type ErrorCode } from '../error-codes';
import type { RouteAccess } from '../auth/access.decorators';
import type { RouteDescription } from './route-description';

/** RFC 9457, as the problem filter writes it. */
export const problemSchema = z
  .looseObject({
    type: z.string().describe('Where the code is explained.'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().describe('The trace or the request, for a report.'),
    code: z.string().describe('Stable; docs/errors.md lists all.'),
    errors: z.array(
      z.strictObject({
        pointer: z.string().describe('JSON pointer into the body, or /query/…, /path/…'),
        code: z.string(),
        detail: z.string(),
      }),
    ),
  })
  .meta({ id: 'Problem' });

/** What a route can refuse with, by status: what every route can, what comes with its inputs, and its own. */
export function refusalsOf(
  route: RouteDescription,
  access: RouteAccess | undefined,
): ReadonlyMap<number, readonly ErrorCode[]> {
  const hasInput = route.body !== undefined || route.query !== undefined || route.parameters !== undefined;
  const all: readonly ErrorCode[] = [
    ...(access?.kind === 'scopes'
      ? [HTTP_ERROR_CODES.unauthenticated, HTTP_ERROR_CODES.insufficientScope]
      : []),
    ...(hasInput ? [HTTP_ERROR_CODES.invalidRequest] : []),
    ...(route.body === undefined
      ? []
      : [HTTP_ERROR_CODES.badRequest, HTTP_ERROR_CODES.bodyTooLarge, HTTP_ERROR_CODES.unsupportedMediaType]),
    HTTP_ERROR_CODES.internal,
    ...(route.unavailableAnswer === undefined ? [HTTP_ERROR_CODES.unavailable] : []),
    ...(route.refusals ?? []),
  ];
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of all) {
    if (code.status !== undefined) byStatus.set(code.status, [...(byStatus.get(code.status) ?? []), code]);
  }
  return byStatus;
}
