import { applyDecorators, HttpCode } from '@nestjs/common';
import type { z } from 'zod';
import type { ErrorCode } from '../error-codes';
import { describeRoute } from './route-description';

export interface Description {
  readonly summary: string;
  readonly description?: string;
  /** The status of success, 200 when omitted; it is also what the route answers with. */
  readonly status?: number;
  /** The body of success; null for a route without one. */
  readonly answer: z.ZodType | null;
  /** The answer's content type, `application/json` when omitted. */
  readonly answerType?: string;
  /** The body of a 503 that is an answer and not a problem (the probes). */
  readonly unavailableAnswer?: z.ZodType;
  /** The route's own refusals, beside those that every route has. */
  readonly refusals?: readonly ErrorCode[];
}

const OK = 200;

/** What a route is for and what it answers: the source of its OpenAPI operation and of its status of success. */
export function Describe(description: Description): MethodDecorator {
  const status = description.status ?? OK;
  return applyDecorators(HttpCode(status), (target: object, key: string | symbol) => {
    describeRoute(target, key, { ...description, status });
  });
}
