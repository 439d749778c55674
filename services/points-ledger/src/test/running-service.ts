import { allTopics } from '@kuda/contracts';
import { createKafkaBus, type BusLogger, type KafkaBus } from '@kuda/messaging';
import { createService, type CreatedService } from '@kuda/service-kit';
import { startKafka, startTokenIssuer, testDatabase } from '@kuda/testing';
import { join } from 'node:path';
import { SHIPPED_RULE_SETS } from '@kuda/rules';
import { AppModule, RUNTIME } from '../app.module';
import type { LedgerConfig } from '../config';
import type { LedgerRuntime } from '../ledger.runtime';
import { SERVICE_NAME } from '../ledger/service-name';

/** A request with a body, of a subject with scopes. */
export interface Call {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly subject: string;
  readonly scopes: readonly string[];
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The whole service on real parts, its HTTP through `inject`. */
export interface RunningService {
  readonly service: CreatedService;
  readonly bus: KafkaBus;
  readonly exits: readonly number[];
  get(
    url: string,
    ...scopes: string[]
  ): Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;
  /** A token with these scopes. */
  token(...scopes: string[]): Promise<string>;
  /** A request of somebody named. */
  call(request: Call): Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;
  /** A second process of the service on the same database and broker. */
  another(): Promise<CreatedService>;
  /** Ends the service in order and starts it again on the same database and broker. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const SILENT: BusLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Starts a broker, a database and the service with a ledger of so many shards. */
export async function startRunningService(shards = 1): Promise<RunningService> {
  const kafka = await startKafka();
  const database = await testDatabase();
  const issuer = await startTokenIssuer();
  const bus = createKafkaBus({ clientId: 'test', brokers: [kafka.brokers], logger: SILENT });
  await bus.ensureTopics(allTopics(shards));
  const exits: number[] = [];
  const config: LedgerConfig = {
    PORT: 0,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'error',
    KAFKA_BROKERS: [kafka.brokers],
    DATABASE_URL: database.appUrl,
    DATABASE_MIGRATION_URL: database.ownerUrl,
    AUTH_ISSUER: issuer.issuer,
    AUTH_AUDIENCE: 'kuda',
    AUTH_JWKS_URL: issuer.jwksUrl,
    OTEL_TRACES_SAMPLER_ARG: 1,
    LEDGER_SHARDS: shards,
    PRICE_BOOK_FILE: join(__dirname, '..', '..', 'data', 'price-book-2026-01.json'),
    RULES_FILE: join(SHIPPED_RULE_SETS, '2026-01.json'),
  };
  const start = async (): Promise<CreatedService> => {
    const created = await createService(
      {
        name: SERVICE_NAME,
        module: (given: LedgerConfig) => AppModule.with(given),
        strategies: (app) => [app.get<LedgerRuntime>(RUNTIME).consumer],
        exit: (code) => exits.push(code),
      },
      config,
    );
    await created.app.init();
    await created.app.startAllMicroservices();
    await created.app.getHttpAdapter().getInstance().ready();
    created.health.markStarted();
    return created;
  };
  let service = await start();
  const call = async ({ method, url, subject, scopes, body, headers = {} }: Call) => {
    const token = await issuer.sign({ sub: subject, scopes: [...scopes] });
    const answer = await service.app.inject({
      method,
      url,
      headers: { ...headers, authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { payload: body }),
    });
    return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
  };
  return {
    bus,
    exits,
    token: (...scopes) => issuer.sign({ sub: 'test', scopes }),
    get service() {
      return service;
    },
    call,
    get: (url, ...scopes) => call({ method: 'GET', url, subject: 'test', scopes }),
    another: () => start(),
    restart: async () => {
      await service.shutdown.run('restart');
      service = await start();
    },
    stop: async () => {
      await service.shutdown.run('end of test');
      await bus.close();
      await issuer.stop();
      await database.drop();
      await kafka.stop();
    },
  };
}
