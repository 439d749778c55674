import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { startReceiver } from './test/otlp-receiver';
import { eventually, freePort, startTokenIssuer } from '@kuda/testing';

/** The compiled library, as a service loads it; `npm test` has built it. */
const DIST = join(__dirname, '..', 'dist');

/** A service of a few lines; its parts say when they end. */
const MAIN = `
const { Module } = require('@nestjs/common');
const kit = require(${JSON.stringify(DIST)});
const { trace } = require('@opentelemetry/api');
const say = (text) => () => console.error(text);
class Parts { constructor(shutdown) { for (const phase of [...kit.SHUTDOWN_PHASES].reverse())
  shutdown.register(phase, phase, say('ended ' + phase));
  shutdown.register('relay', 'span', () => trace.getTracer('kuda').startSpan('the last span').end()); } }
Reflect.defineMetadata('design:paramtypes', [kit.ShutdownCoordinator], Parts);
class AppModule { constructor(_parts) {} }
Reflect.defineMetadata('design:paramtypes', [Parts], AppModule);
Module({ providers: [Parts] })(AppModule);
void kit.startService({ name: 'sample-service', config: () => kit.loadConfig(kit.baseConfigSchema, process.env),
  module: () => AppModule });
`;

interface Started {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  readonly ended: Promise<number | null>;
  readonly text: () => string;
}

function start(env: Record<string, string>): Started {
  const child = spawn(process.execPath, ['--require', join(DIST, 'otel.js'), '-e', MAIN], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return { process: child, ended, text: () => text };
}

async function environment(issuer: { issuer: string; jwksUrl: string }): Promise<Record<string, string>> {
  return {
    PORT: String(await freePort()),
    KAFKA_BROKERS: 'localhost:9092',
    DATABASE_URL: 'postgres://kuda:hunter2@localhost/x',
    AUTH_ISSUER: issuer.issuer,
    AUTH_JWKS_URL: issuer.jwksUrl,
  };
}

const PATIENCE = { timeoutMs: 45_000, everyMs: 100 };

async function isUp(env: Record<string, string>): Promise<void> {
  await eventually(async () => {
    const response = await fetch(`http://127.0.0.1:${env['PORT'] ?? ''}/health/ready`);
    if (!response.ok) throw new Error(`ready answers ${String(response.status)}`);
  }, PATIENCE);
}

describe('a service as a process', () => {
  it('reports every bad variable at once and exits with 78', async () => {
    const service = start({ PORT: 'x', KAFKA_BROKERS: 'nowhere' });
    expect(await service.ended).toBe(78);
    for (const variable of ['PORT', 'KAFKA_BROKERS', 'DATABASE_URL', 'AUTH_ISSUER', 'AUTH_JWKS_URL']) {
      expect(service.text()).toContain(`${variable}: `);
    }
    expect(service.text()).not.toContain('    at ');
  }, 60_000);

  it('ends in order after SIGTERM, with exit code 0', async () => {
    const issuer = await startTokenIssuer();
    const env = await environment(issuer);
    const service = start(env);
    await isUp(env);
    service.process.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    const ends = [...service.text().matchAll(/ended ([a-z-]+)/g)].map((match) => match[1]);
    expect(ends).toEqual(['stop-intake', 'drain', 'commit', 'relay', 'pools', 'flush']);
    await issuer.stop();
  }, 60_000);

  it('sends its last spans before it ends: tracing was loaded before the service', async () => {
    const [issuer, receiver] = await Promise.all([startTokenIssuer(), startReceiver()]);
    const env = { ...(await environment(issuer)), OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint };
    const service = start({ ...env, OTEL_SERVICE_NAME: 'sample-service' });
    await isUp(env);
    service.process.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    const sent = Buffer.concat(receiver.requests.map(({ body }) => body));
    expect(sent.includes('the last span')).toBe(true);
    expect(sent.includes('sample-service')).toBe(true);
    await Promise.all([issuer.stop(), receiver.stop()]);
  }, 60_000);

  it('exits with 1 when its port is taken, instead of living on without one', async () => {
    const issuer = await startTokenIssuer();
    const env = await environment(issuer);
    const squatter = createServer();
    await new Promise<void>((resolve) => void squatter.listen(Number(env['PORT']), '127.0.0.1', resolve));
    const service = start(env);
    expect(await service.ended).toBe(1);
    expect(service.text()).toContain('EADDRINUSE');
    expect(service.text()).not.toContain('hunter2');
    squatter.close();
    await issuer.stop();
  }, 60_000);
});
