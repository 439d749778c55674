import type { z } from 'zod';
import { routesOf, type ControllerClass, type RouteOfController } from '../auth/route-access.check';
import type { ErrorCode } from '../error-codes';
import { KIT_CONTROLLERS } from '../service-kit.module';
import { SchemaComponents, type JsonSchema } from './json-schema';
import { problemSchema, refusalsOf } from './problem-responses';
import { routeDescriptionOf, type RouteDescription } from './route-description';

/** What a service's package tells about its interface. */
export interface ApiDescription {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly controllers: readonly ControllerClass[];
}

/** An OpenAPI 3.1.0 document, as plain JSON. */
export type OpenApiDocument = Readonly<Record<string, unknown>>;

type Operation = Readonly<Record<string, unknown>>;

const JSON_TYPE = 'application/json';
const PROBLEM_TYPE = 'application/problem+json';
const OK = 200;
const API_VERSION = '1';
const UNAVAILABLE = 503;

/**
 * Describes a service's routes from what their decorators declare: no application is built, nothing is connected.
 * The same zod schemas check the requests, so the document cannot promise what the code does not do.
 */
export function buildOpenApi(api: ApiDescription): OpenApiDocument {
  const components = new SchemaComponents();
  const problem = components.convert(problemSchema, 'output');
  const routes = [...api.controllers, ...KIT_CONTROLLERS].flatMap(routesOf);
  const paths = [...new Set(routes.map((route) => openApiPath(route.path)))].sort();
  const operations = paths.map((path) => [
    path,
    Object.fromEntries(
      routes
        .filter((route) => openApiPath(route.path) === path)
        .sort((a, b) => (a.method < b.method ? -1 : 1))
        .map((route) => [route.method, operationOf(route, components, problem)]),
    ),
  ]);
  return {
    openapi: '3.1.0',
    info: {
      title: api.title,
      version: API_VERSION,
      description: api.description,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    paths: Object.fromEntries(operations) as object,
    components: {
      schemas: components.all(),
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

/** A parameter is `:name`, or `:name(pattern)`; `::` stands for a colon (`actionOf`). */
const PARAMETER = /(?<!:):(\w+)(?:\([^)]*\))?/g;

function openApiPath(path: string): string {
  return path.replaceAll(PARAMETER, '{$1}').replaceAll('::', ':');
}

function operationOf(route: RouteOfController, components: SchemaComponents, problem: JsonSchema): Operation {
  const description = routeDescriptionOf(route.handler);
  const { access } = route;
  const tag = route.controller.replace(/Controller$/, '');
  assertPathDescribed(route, description);
  const parameters = [...pathAndHeader(description, components), ...queryParameters(description, components)];
  return {
    operationId: `${tag.charAt(0).toLowerCase()}${tag.slice(1)}.${route.handlerName}`,
    tags: [tag],
    summary: description.summary ?? route.handlerName,
    ...(description.description === undefined ? {} : { description: description.description }),
    security: access?.kind === 'scopes' ? [{ bearer: [...access.scopes] }] : [],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...bodyOf(description, components),
    responses: {
      ...answersOf(description, components),
      ...problemsOf(refusalsOf(description, access), problem),
    },
  };
}

function assertPathDescribed(route: RouteOfController, { parameters = [] }: RouteDescription): void {
  const named = [...route.path.matchAll(PARAMETER)].map((match) => match[1] ?? '');
  const missing = named.filter((name) => !parameters.some((one) => one.in === 'path' && one.name === name));
  if (missing.length > 0)
    throw new Error(`${route.controller}.${route.handlerName} reads ${missing.join()} untyped`);
}

function pathAndHeader(
  { parameters = [] }: RouteDescription,
  components: SchemaComponents,
): readonly object[] {
  return parameters.map(({ schema, ...parameter }) => ({
    ...parameter,
    required: true,
    schema: components.convert(schema, 'input'),
  }));
}

function queryParameters({ query }: RouteDescription, components: SchemaComponents): readonly object[] {
  if (query === undefined) return [];
  return Object.entries<z.ZodType>(query.shape).map(([name, schema]) => ({
    in: 'query',
    name,
    required: !schema.safeParse(undefined).success,
    schema: components.convert(schema, 'input'),
  }));
}

function bodyOf({ body, bodyTypes = [JSON_TYPE] }: RouteDescription, components: SchemaComponents): object {
  if (body === undefined) return {};
  const schema = components.convert(body, 'input');
  return {
    requestBody: { required: true, content: Object.fromEntries(bodyTypes.map((type) => [type, { schema }])) },
  };
}

function answersOf(route: RouteDescription, components: SchemaComponents): Readonly<Record<string, object>> {
  const { answer = null, answerType = JSON_TYPE, unavailableAnswer, status = OK } = route;
  const content = (schema: NonNullable<typeof answer>) => ({
    content: { [answerType]: { schema: components.convert(schema, 'output') } },
  });
  return {
    [status]: { description: 'Success', ...(answer === null ? {} : content(answer)) },
    ...(unavailableAnswer === undefined
      ? {}
      : { [UNAVAILABLE]: { description: 'Not well', ...content(unavailableAnswer) } }),
  };
}

function problemsOf(
  refusals: ReadonlyMap<number, readonly ErrorCode[]>,
  problem: JsonSchema,
): Readonly<Record<string, object>> {
  return Object.fromEntries(
    [...refusals].map(([status, codes]) => [
      status,
      {
        description: codes.map(({ code, title }) => `${title} (${code})`).join('; '),
        content: { [PROBLEM_TYPE]: { schema: problem } },
      },
    ]),
  );
}
