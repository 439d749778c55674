import { startSample, type Sample } from '../test/sample-service';
import { closeListener } from './http-intake';

describe('HTTP while the service stops', () => {
  let sample: Sample;
  let url: string;

  beforeEach(async () => {
    sample = await startSample();
    await sample.app.listen(0, '127.0.0.1');
    url = await sample.app.getUrl();
  });
  afterEach(() => sample.stop());

  const server = () => sample.app.getHttpAdapter().getInstance();

  it('a request in hand is answered, the next connection is refused', async () => {
    const headers = await sample.bearer('redemptions:read');
    const slow = fetch(`${url}/v1/orders/slow`, { headers });
    await sample.slowRequestArrived();
    const closed = closeListener(server());
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
    sample.finishSlowRequest();
    expect((await slow).status).toBe(200);
    await closed;
  });

  it('what still comes in on an open connection is 503, and the probes say that it is not ready', async () => {
    const headers = await sample.bearer('redemptions:read');
    let during = 0;
    let ready = 0;
    sample.shutdown.register('drain', 'asks', async () => {
      const response = await server().inject({ method: 'GET', url: '/v1/orders', headers });
      during = response.statusCode;
      ready = (await server().inject({ method: 'GET', url: '/health/ready' })).statusCode;
    });
    await sample.shutdown.run('test');
    expect([during, ready]).toEqual([503, 503]);
  });

  it.each(['HEAD', 'OPTIONS'] as const)('%s opens no way around the token', async (method) => {
    const response = await server().inject({ method, url: '/v1/orders' });
    expect([401, 404]).toContain(response.statusCode);
  });

  it('answers are neither cached nor guessed at', async () => {
    const response = await server().inject({ method: 'GET', url: '/v1/orders' });
    expect(response.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  });
});
