import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { HTTP_ERROR_CODES } from '../error-codes';
import { ProblemException } from '../http/problem.exception';
import type { Principal } from './principal';
import type { Scope } from './scopes';

/** Who may call a route: everyone, or tokens with all these scopes. */
export type RouteAccess =
  { readonly kind: 'public' } | { readonly kind: 'scopes'; readonly scopes: readonly Scope[] };

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess;
  }
  interface FastifyRequest {
    principal: Principal | null;
  }
}

const ACCESS_METADATA = 'kuda:access';

function access(value: RouteAccess): MethodDecorator {
  return (target, key, descriptor) => {
    const handler: unknown = descriptor.value;
    if (typeof handler !== 'function') throw new TypeError(`${String(key)} is not a method`);
    Reflect.defineMetadata(ACCESS_METADATA, value, handler);
    RouteConfig({ access: value })(target, key, descriptor);
  };
}

/** The route needs a token with all these scopes. A route has this or `@Public`, or the service does not start. */
export const Scopes = (...scopes: readonly [Scope, ...Scope[]]): MethodDecorator =>
  access({ kind: 'scopes', scopes });

/** The route needs no token. For probes only. */
export const Public = (): MethodDecorator => access({ kind: 'public' });

/** Who may call this handler, or undefined when nobody said so. */
export function accessOf(handler: object): RouteAccess | undefined {
  return Reflect.getMetadata(ACCESS_METADATA, handler) as RouteAccess | undefined;
}

/** The caller, on a route that is not public. */
export const CurrentPrincipal = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Principal => {
    const { principal } = context.switchToHttp().getRequest<FastifyRequest>();
    if (principal === null) throw new ProblemException(HTTP_ERROR_CODES.unauthenticated);
    return principal;
  },
);
