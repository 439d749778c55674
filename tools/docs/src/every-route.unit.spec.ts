import { buildOpenApi, SCOPES, type CreatedService } from '@kuda/service-kit';
import { startTokenIssuer, type TokenIssuer } from '@kuda/testing';
import { SERVICE_APIS } from './service-apis';
import { serviceWithoutParts } from './test/service-without-parts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface Route {
  readonly method: Method;
  readonly url: string;
  readonly scopes: readonly string[] | null;
}

interface Operation {
  readonly security: readonly { readonly bearer?: readonly string[] }[];
}

const PROBES = ['GET /health/live', 'GET /health/ready', 'GET /health/startup'];

/** Every route of a service, as its OpenAPI document has it. */
function routesOf(document: object): readonly Route[] {
  const { paths } = document as { paths: Record<string, Record<string, Operation>> };
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { security }]) => ({
      method: method.toUpperCase() as Method,
      url: path.replaceAll(/\{\w+\}/g, '0190a5b0-7c3e-7000-8000-000000000000'),
      scopes: security[0]?.bearer ?? null,
    })),
  );
}

describe.each(SERVICE_APIS.map(({ api }) => [api.name, api] as const))('%s', (_name, api) => {
  const routes = routesOf(buildOpenApi(api));
  const guarded = routes.filter(({ scopes }) => scopes !== null);
  let issuer: TokenIssuer;
  let service: CreatedService;

  beforeAll(async () => {
    issuer = await startTokenIssuer();
    service = await serviceWithoutParts(api, issuer);
  });
  afterAll(async () => {
    await service.shutdown.run('end of test');
    await issuer.stop();
  });

  const call = (route: Route, authorization?: string, payload?: string) =>
    service.app.inject({
      method: route.method,
      url: route.url,
      headers: {
        ...(authorization === undefined ? {} : { authorization }),
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(payload === undefined ? {} : { payload }),
    });

  it('has no open route but the probes', () => {
    const open = routes.filter(({ scopes }) => scopes === null).map(({ method, url }) => `${method} ${url}`);
    expect(open).toEqual(PROBES);
    expect(guarded.length).toBeGreaterThan(1);
  });

  it.each(guarded.map((route) => [`${route.method} ${route.url}`, route] as const))(
    '%s answers 401 without a token and 403 with every other scope',
    async (_title, route) => {
      const stranger = await call(route);
      expect(stranger.statusCode).toBe(401);
      expect(stranger.headers['content-type']).toContain('application/problem+json');
      expect(stranger.json()).toMatchObject({ status: 401, code: 'KUDA-HTTP-1002' });

      const others = SCOPES.filter((scope) => route.scopes?.includes(scope) !== true);
      const token = await issuer.sign({ sub: 'somebody', scopes: others });
      const wrong = await call(route, `Bearer ${token}`);
      expect(wrong.statusCode).toBe(403);
      expect(wrong.json()).toMatchObject({ status: 403, code: 'KUDA-HTTP-1003' });
    },
  );

  it('refuses broken JSON and a body over the limit on each route that takes one', async () => {
    for (const route of guarded.filter(({ method }) => method === 'POST')) {
      const token = `Bearer ${await issuer.sign({ sub: 'somebody', scopes: route.scopes ?? [] })}`;
      expect((await call(route, undefined, '{"broken"')).statusCode).toBe(401);
      expect((await call(route, token, '{"broken"')).json()).toMatchObject({ status: 400 });
      const large = JSON.stringify('x'.repeat(1_048_577));
      expect((await call(route, token, large)).json()).toMatchObject({ status: 413 });
    }
  });
});
