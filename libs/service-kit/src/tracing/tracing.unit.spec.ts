import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startReceiver } from '../test/otlp-receiver';
import { startSample } from '../test/sample-service';
import { flushTracing, startTracing, stopTracing } from './tracing-sdk';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT_ID = '00f067aa0ba902b7';

describe('tracing', () => {
  it("continues the caller's trace in the handler, in the log and at the collector", async () => {
    const receiver = await startReceiver();
    startTracing({ service: 'sample-service', endpoint: receiver.endpoint, ratio: 1 });
    const sample = await startSample();
    const headers = {
      ...(await sample.bearer('redemptions:read')),
      traceparent: `00-${TRACE_ID}-${PARENT_ID}-01`,
    };
    const traced = await sample.app.inject({ method: 'GET', url: '/v1/orders/traced', headers });
    const { incoming, own } = traced.json<{ incoming: string; own: string }>();
    expect(incoming).toBe(headers.traceparent);
    expect(own).toMatch(new RegExp(`^00-${TRACE_ID}-(?!${PARENT_ID})[0-9a-f]{16}-01$`));

    const broken = await sample.app.inject({ method: 'GET', url: '/v1/orders/broken', headers });
    expect(broken.json()).toMatchObject({ instance: `urn:kuda:trace:${TRACE_ID}` });
    expect(sample.lines.find((line) => line['instance'] !== undefined)).toMatchObject({ trace_id: TRACE_ID });

    await flushTracing();
    const [request] = receiver.requests;
    expect(request).toMatchObject({ path: '/v1/traces', type: 'application/x-protobuf' });
    const body = request?.body ?? Buffer.alloc(0);
    for (const bytes of [
      Buffer.from(TRACE_ID, 'hex'),
      Buffer.from(PARENT_ID, 'hex'),
      Buffer.from('sample-service'),
    ]) {
      expect(body.includes(bytes)).toBe(true);
    }
    expect(body.includes('libs/service-kit/src/test/sample-service.ts')).toBe(true);

    await sample.stop();
    await stopTracing();
    await receiver.stop();
  });

  it('a collector that is away costs the service nothing', async () => {
    startTracing({ service: 'sample-service', endpoint: 'http://127.0.0.1:1', ratio: 1 });
    const sample = await startSample();
    const headers = await sample.bearer('redemptions:read');
    const response = await sample.app.inject({ method: 'GET', url: '/v1/orders/traced', headers });
    expect(response.statusCode).toBe(200);
    await sample.stop();
    await stopTracing();
  });

  it('there is one OpenTelemetry API: with two, spans of the one are unknown to the other', () => {
    const lock = JSON.parse(readFileSync(join(__dirname, '../../../../package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string }>;
    };
    const copies = Object.entries(lock.packages).filter(([path]) =>
      path.endsWith('node_modules/@opentelemetry/api'),
    );
    expect(copies.map(([path, { version }]) => [path, version])).toEqual([
      ['node_modules/@opentelemetry/api', '1.10.0'],
    ]);
  });
});
