import { Body, createParamDecorator, Param, Query, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HTTP_ERROR_CODES } from '../error-codes';
import { describeParameter, describeRoute } from '../openapi/route-description';
import { idempotencyKey, IDEMPOTENCY_KEY_HEADER } from './idempotency-key';
import { ZodPipe } from './zod.pipe';

const JSON_TYPE = 'application/json';

export interface BodyOptions {
  /** Content types that the body may have; `application/json` when omitted. */
  readonly types?: readonly string[];
  /** True: the schema only describes the body, and the handler judges it. */
  readonly unchecked?: boolean;
}

/** A parameter of a method: a constructor has no routes. */
function onMethod(
  decorate: (target: object, key: string | symbol, index: number) => void,
): ParameterDecorator {
  return (target, key, index) => {
    if (key === undefined) throw new TypeError('for parameters of methods only');
    decorate(target, key, index);
  };
}

/** An object that would let unknown fields through is a mistake of the programmer: refuse it when the class loads. */
function mustRefuseUnknownFields(schema: z.ZodType): void {
  if (schema instanceof z.ZodObject && !(schema.def.catchall instanceof z.ZodNever)) {
    throw new TypeError('request schemas refuse unknown fields: use z.strictObject');
  }
}

/** The body, parsed by `schema` (strict). */
export function ZodBody(
  schema: z.ZodType,
  { types = [JSON_TYPE], unchecked = false }: BodyOptions = {},
): ParameterDecorator {
  if (!unchecked) mustRefuseUnknownFields(schema);
  return onMethod((target, key, index) => {
    describeRoute(target, key, { body: schema, bodyTypes: types });
    const read = unchecked ? Body() : Body(new ZodPipe(schema, ''));
    read(target, key, index);
  });
}

/** The whole query, parsed by `schema` (strict). */
export function ZodQuery(schema: z.ZodObject): ParameterDecorator {
  mustRefuseUnknownFields(schema);
  return onMethod((target, key, index) => {
    describeRoute(target, key, { query: schema });
    Query(new ZodPipe(schema, '/query'))(target, key, index);
  });
}

/** One parameter of the path. */
export function ZodParam(name: string, schema: z.ZodType): ParameterDecorator {
  return onMethod((target, key, index) => {
    describeParameter(target, key, { in: 'path', name, schema });
    Param(name, new ZodPipe(schema, `/path/${name}`))(target, key, index);
  });
}

/** The path of an action on one thing, `{id}:<action>`: `@Post(actionOf('id', 'replay'))`. */
export function actionOf(parameter: string, action: string): string {
  return `:${parameter}([^:]+)::${action}`;
}

const readIdempotencyKey = createParamDecorator((_data: unknown, context: ExecutionContext): string =>
  idempotencyKey(
    context.switchToHttp().getRequest<FastifyRequest>().headers[IDEMPOTENCY_KEY_HEADER.toLowerCase()],
  ),
);

/** The required `Idempotency-Key` header, checked and unquoted. */
export function IdempotencyKey(): ParameterDecorator {
  return onMethod((target, key, index) => {
    describeParameter(target, key, {
      in: 'header',
      name: IDEMPOTENCY_KEY_HEADER,
      schema: z.string().min(1).max(128),
      description: HTTP_ERROR_CODES.idempotencyKeyInvalid.remedy,
    });
    readIdempotencyKey()(target, key, index);
  });
}
