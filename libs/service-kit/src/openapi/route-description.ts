import type { z } from 'zod';
import type { ErrorCode } from '../error-codes';

export interface ParameterDescription {
  readonly in: 'path' | 'header';
  readonly name: string;
  readonly schema: z.ZodType;
  readonly description?: string;
}

/** Everything that decorators told about one route. */
export interface RouteDescription {
  readonly summary?: string;
  readonly description?: string;
  readonly status?: number;
  readonly answer?: z.ZodType | null;
  readonly answerType?: string;
  readonly unavailableAnswer?: z.ZodType;
  readonly refusals?: readonly ErrorCode[];
  readonly body?: z.ZodType;
  readonly bodyTypes?: readonly string[];
  readonly query?: z.ZodObject;
  readonly parameters?: readonly ParameterDescription[];
}

const ROUTE_METADATA = 'kuda:route';

function handlerOf(target: object, key: string | symbol): object {
  const handler: unknown = Reflect.get(target, key);
  if (typeof handler !== 'function') throw new TypeError(`${String(key)} is not a method`);
  return handler;
}

/** What is known of a route's handler. */
export function routeDescriptionOf(handler: object): RouteDescription {
  const known: RouteDescription | undefined = Reflect.getMetadata(ROUTE_METADATA, handler) as
    RouteDescription | undefined;
  return known ?? {};
}

/** Adds to what is known of a route. */
export function describeRoute(target: object, key: string | symbol, more: RouteDescription): void {
  const handler = handlerOf(target, key);
  Reflect.defineMetadata(ROUTE_METADATA, { ...routeDescriptionOf(handler), ...more }, handler);
}

/** Adds a path or header parameter to a route. */
export function describeParameter(
  target: object,
  key: string | symbol,
  parameter: ParameterDescription,
): void {
  const { parameters = [] } = routeDescriptionOf(handlerOf(target, key));
  describeRoute(target, key, { parameters: [parameter, ...parameters] });
}
