import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { accessOf, type RouteAccess } from './access.decorators';

/** A class with routes. */
export type ControllerClass = abstract new (...dependencies: never[]) => object;

/** One route of a controller, as its decorators declare it. */
export interface RouteOfController {
  readonly controller: string;
  readonly handlerName: string;
  readonly handler: object;
  /** Lower case, as in OpenAPI. */
  readonly method: string;
  /** With Nest's `:name` parameters. */
  readonly path: string;
  readonly access: RouteAccess | undefined;
}

function pathsOf(target: object): readonly string[] {
  const paths: unknown = Reflect.getMetadata(PATH_METADATA, target);
  return (Array.isArray(paths) ? paths : [paths]).filter((path) => typeof path === 'string');
}

function join(...parts: readonly string[]): string {
  return `/${parts
    .flatMap((part) => part.split('/'))
    .filter((part) => part !== '')
    .join('/')}`;
}

/** All routes of a controller class; none for a class of message handlers. */
export function routesOf(controller: ControllerClass): readonly RouteOfController[] {
  const prototype = controller.prototype as object;
  return Object.getOwnPropertyNames(prototype).flatMap((handlerName) => {
    const handler: unknown = Object.getOwnPropertyDescriptor(prototype, handlerName)?.value;
    if (typeof handler !== 'function') return [];
    const method: unknown = Reflect.getMetadata(METHOD_METADATA, handler);
    if (typeof method !== 'number') return [];
    return pathsOf(controller).flatMap((base) =>
      pathsOf(handler).map((path) => ({
        controller: controller.name,
        handlerName,
        handler,
        method: (RequestMethod[method] ?? 'ALL').toLowerCase(),
        path: join(base, path),
        access: accessOf(handler),
      })),
    );
  });
}

/** Routes that declare neither scopes nor that they are public. */
export class RouteAccessError extends Error {
  override readonly name = 'RouteAccessError';
}

/** Authentication by default: a service with a route that says nothing of its access does not start. */
export function assertAccessDeclared(controllers: readonly ControllerClass[]): void {
  const undeclared = controllers.flatMap(routesOf).filter((route) => route.access === undefined);
  if (undeclared.length === 0) return;
  const names = undeclared.map(
    (route) => `${route.controller}.${route.handlerName} (${route.method} ${route.path})`,
  );
  throw new RouteAccessError(`routes without @Scopes or @Public: ${names.join(', ')}`);
}
