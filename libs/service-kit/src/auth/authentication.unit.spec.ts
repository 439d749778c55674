import { createService } from '../index';
import { ForgottenController, sampleModule, startSample, type Sample } from '../test/sample-service';

const ROUTE = { method: 'GET', url: '/v1/orders' } as const;

function unsigned(payload: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(payload)}.x`;
}

describe('authentication', () => {
  let sample: Sample;
  const call = (authorization?: string) =>
    sample.app.inject({ ...ROUTE, headers: authorization === undefined ? {} : { authorization } });

  beforeAll(async () => {
    sample = await startSample();
  });
  afterAll(() => sample.stop());

  it('lets a token with the scope in', async () => {
    const { authorization } = await sample.bearer('ledger:read', 'redemptions:read');
    expect((await call(authorization)).statusCode).toBe(200);
  });

  it('answers 401 as problem details without a token', async () => {
    const response = await call();
    expect(response.statusCode).toBe(401);
    expect(response.headers['content-type']).toContain('application/problem+json');
    expect(response.headers['www-authenticate']).toContain('Bearer');
    expect(response.json()).toMatchObject({ code: 'KUDA-HTTP-1002', status: 401, errors: [] });
  });

  it('answers 403 and names the scope that is missing', async () => {
    const { authorization } = await sample.bearer('ledger:read');
    const response = await call(authorization);
    expect(response.statusCode).toBe(403);
    expect(response.headers['www-authenticate']).toContain('scope="redemptions:read"');
    expect(response.json()).toMatchObject({ code: 'KUDA-HTTP-1003' });
  });

  const scopes = ['redemptions:read'];
  it.each([
    ['from another issuer', { issuer: 'https://elsewhere.example' }],
    ['for another audience', { audience: 'elsewhere' }],
    ['that has expired', { ttlSeconds: -120 }],
    ['without a subject', { sub: '' }],
  ])('refuses a token %s', async (_name, claims) => {
    const token = await sample.issuer.sign({ sub: 'platform', scopes, ...claims });
    expect((await call(`Bearer ${token}`)).statusCode).toBe(401);
  });

  it('refuses a token with algorithm none', async () => {
    const claims = { iss: sample.issuer.issuer, aud: 'kuda', sub: 'x', scope: 'redemptions:read', exp: 4e9 };
    expect((await call(`Bearer ${unsigned(claims)}`)).statusCode).toBe(401);
  });

  it('refuses a token of which one letter was changed', async () => {
    const token = await sample.issuer.sign({ sub: 'platform', scopes });
    const [head = '', body = '', signature = ''] = token.split('.');
    const forged = Buffer.from(body, 'base64url').toString().replace('platform', 'operator');
    expect(
      (await call(`Bearer ${head}.${Buffer.from(forged).toString('base64url')}.${signature}`)).statusCode,
    ).toBe(401);
  });

  it.each(['', 'Bearer', 'Bearer x', 'Basic dXNlcjpwYXNz', `Bearer ${'a'.repeat(9_000)}.b.c`])(
    'refuses the header %p',
    async (authorization) => {
      expect((await call(authorization)).statusCode).toBe(401);
    },
  );

  it('refuses a stranger before reading the body', async () => {
    const headers = { 'content-type': 'application/json' };
    const response = await sample.app.inject({
      method: 'POST',
      url: '/v1/orders',
      headers,
      payload: '{broken',
    });
    expect(response.statusCode).toBe(401);
  });

  it.each(['live', 'ready', 'startup'])('leaves /health/%s open', async (kind) => {
    expect((await sample.app.inject({ method: 'GET', url: `/health/${kind}` })).statusCode).toBe(200);
  });

  it('answers 503, not 401, while the keys of the issuer cannot be read', async () => {
    const other = await startSample();
    const headers = await other.bearer(...scopes);
    await other.issuer.stop();
    expect((await other.app.inject({ ...ROUTE, headers })).statusCode).toBe(503);
    await other.stop();
  });
});

describe('a route without @Scopes and @Public', () => {
  it('keeps the service from being built, and is named', async () => {
    const definition = { name: 'forgetful', module: () => sampleModule([ForgottenController]) };
    const url = 'http://127.0.0.1:1';
    const config = {
      PORT: 0,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'silent',
      AUTH_ISSUER: url,
      AUTH_AUDIENCE: 'kuda',
      AUTH_JWKS_URL: url,
    } as const;
    await expect(createService(definition, config)).rejects.toThrow(
      'ForgottenController.read (get /v1/forgotten)',
    );
  });
});
