import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startSample } from '../test/sample-service';
import { flushTracing, startTracing, stopTracing } from './tracing-sdk';

/** Collects what an OTLP/HTTP exporter sends: paths and raw protobuf bodies. */
async function startReceiver() {
  const requests: { path: string; type: string; body: Buffer }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push({
        path: request.url ?? '',
        type: request.headers['content-type'] ?? '',
        body: Buffer.concat(chunks),
      });
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return { requests, endpoint, stop: () => new Promise((resolve) => server.close(resolve)) };
}

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
});
