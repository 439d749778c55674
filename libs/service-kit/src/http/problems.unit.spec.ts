import { startSample, type Sample } from '../test/sample-service';

describe('requests that cannot be taken', () => {
  let sample: Sample;
  let read: Record<string, string>;
  let write: Record<string, string>;

  beforeAll(async () => {
    sample = await startSample();
    read = await sample.bearer('redemptions:read');
    write = { ...(await sample.bearer('redemptions:write')), 'idempotency-key': '"key-1"' };
  });
  afterAll(() => sample.stop());

  const post = (payload: string, headers: Record<string, string> = {}) =>
    sample.app.inject({
      method: 'POST',
      url: '/v1/orders',
      headers: { ...write, 'content-type': 'application/json', ...headers },
      payload,
    });
  const get = (url: string) => sample.app.inject({ method: 'GET', url, headers: read });

  it('a good request passes, with its amount as a string and its key unquoted', async () => {
    const response = await post('{"sku":"gpu.t4","count":1}');
    expect(response.statusCode).toBe(201);
    expect(response.json()).toEqual({
      sku: 'gpu.t4',
      count: 1,
      key: 'key-1',
      caller: 'platform',
      amount: '9007199254740993',
    });
  });

  it('unknown, missing and wrong fields are told all at once, each with its pointer', async () => {
    const response = await post('{"count":-1,"colour":"red"}');
    expect(response.statusCode).toBe(400);
    const { code, errors } = response.json<{ code: string; errors: { pointer: string; code: string }[] }>();
    expect(code).toBe('KUDA-HTTP-1001');
    expect(errors.map((error) => `${error.pointer} ${error.code}`).sort()).toEqual([
      '/colour unknown_field',
      '/count bad_value',
      '/sku missing_field',
    ]);
  });

  it.each([
    ['JSON that is none', '{"sku":', {}, 400, 'KUDA-HTTP-1000'],
    ['a body that is empty', '', {}, 400, 'KUDA-HTTP-1000'],
    ['a key that reaches the prototype', '{"__proto__":{"a":1}}', {}, 400, 'KUDA-HTTP-1000'],
    ['a form', 'sku=1', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'KUDA-HTTP-1006'],
    ['plain text', 'hello', { 'content-type': 'text/plain' }, 415, 'KUDA-HTTP-1006'],
    ['a body over the limit', JSON.stringify({ sku: 'x'.repeat(1_048_577) }), {}, 413, 'KUDA-HTTP-1005'],
    ['an empty idempotency key', '{"sku":"a","count":1}', { 'idempotency-key': '""' }, 400, 'KUDA-HTTP-1007'],
  ])('%s is a problem', async (_name, payload, headers, ...[status, code]) => {
    const response = await post(payload, headers);
    expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(response.json()).toMatchObject({ status, code });
    expect(response.statusCode).toBe(status);
  });

  it.each([
    ['/v1/nowhere', 404, 'KUDA-HTTP-1004'],
    ['/v1/orders/7', 400, 'KUDA-HTTP-1001'],
    ['/v1/orders/0190a5b0-7c3e-7000-8000-000000000000', 404, 'KUDA-HTTP-1004'],
    ['/v1/orders?page[size]=101', 400, 'KUDA-HTTP-1001'],
    ['/v1/orders?page[after]=nonsense', 400, 'KUDA-HTTP-1001'],
    ['/v1/orders?colour=red', 400, 'KUDA-HTTP-1001'],
    ['/v1/%zz', 400, 'KUDA-HTTP-1000'],
  ])('GET %s answers %i', async (url, status, code) => {
    const response = await get(url);
    expect(response.json()).toMatchObject({ status, code });
    expect(response.statusCode).toBe(status);
  });

  it('a wrong query field is pointed at', async () => {
    const response = await get('/v1/orders?page[size]=0');
    expect(response.json<{ errors: object[] }>().errors[0]).toMatchObject({ pointer: '/query/page[size]' });
  });

  it('a fault shows nothing of the inside; its log line has it, without the password', async () => {
    const response = await get('/v1/orders/broken');
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain('postgres');
    const { instance } = response.json<{ instance: string }>();
    const line = JSON.stringify(sample.lines.find((logged) => logged['instance'] === instance));
    expect(line).toContain('postgres://kuda:[redacted]@db');
    expect(line).not.toContain('hunter2');
  });

  it('each request leaves one line with the route template and no token', async () => {
    await get('/v1/orders/0190a5b0-7c3e-7000-8000-000000000000');
    const requests = sample.lines.filter((line) => line['msg'] === 'request');
    expect(requests.at(-1)).toMatchObject({ route: '/v1/orders/:id', status: 404, subject: 'platform' });
    expect(JSON.stringify(sample.lines)).not.toContain(read['authorization']?.slice(7));
  });

  it('metrics need their own scope and name each route by its template', async () => {
    expect((await get('/metrics')).statusCode).toBe(403);
    const headers = await sample.bearer('metrics:read');
    const response = await sample.app.inject({ method: 'GET', url: '/metrics', headers });
    expect(response.headers['content-type']).toContain('text/plain; version=0.0.4');
    expect(response.body).toContain(
      'kuda_sample_service_http_request_duration_seconds_count{method="GET",route="/v1/orders/:id"',
    );
  });
});
