import { type TopicDeclaration, TOPICS } from '@kuda/contracts';
import { createKafkaBus, type BusLogger, type KafkaBus, type OutgoingMessage } from '@kuda/messaging';
import { createService, type CreatedService } from '@kuda/service-kit';
import { startTokenIssuer, testDatabase, type TestDatabase, type TokenIssuer } from '@kuda/testing';
import { RUNTIME } from '../app.module';
import { readConfig } from '../config';
import { SERVICE_NAME, type IngestRuntime } from '../ingest.runtime';
import { SERVICE } from '../service-definition';

/** Small ones are enough, and quicker to make. */
const TOPICS_USED: readonly TopicDeclaration[] = [
  TOPICS.activityEvents,
  TOPICS.activityBackfill,
  TOPICS.activityAccepted,
  TOPICS.activityRejected,
  { ...TOPICS.ledgerBalances, partitions: 1 },
  { ...TOPICS.activityRejected, name: `${SERVICE_NAME}.dlq` },
];

export const ALL_SCOPES = [
  'events:write',
  'events:backfill',
  'quarantine:read',
  'quarantine:write',
  'producers:read',
  'producers:write',
  'risk:read',
  'risk:write',
  'reports:read',
  'metrics:read',
];

const nothing = (): void => undefined;
/** A broker that has just started makes its clients warn for a second. */
const SILENT: BusLogger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** What a test sends; an answer is always JSON. */
export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly body?: string | Buffer;
  readonly type?: string;
  readonly scopes?: readonly string[] | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** A producer's key instead of a token. */
  readonly key?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** The whole service on a real database and a real bus. */
export class ServiceFixture {
  private service: CreatedService | null = null;
  readonly exits: number[] = [];

  private constructor(
    private readonly database: TestDatabase,
    private readonly issuer: TokenIssuer,
    private readonly brokers: string,
    readonly bus: KafkaBus,
  ) {}

  static async create(brokers: string): Promise<ServiceFixture> {
    const bus = createKafkaBus({ clientId: 'ingest-test', brokers: [brokers], logger: SILENT });
    await bus.ensureTopics(TOPICS_USED);
    return new ServiceFixture(await testDatabase(), await startTokenIssuer(), brokers, bus);
  }

  get running(): CreatedService {
    if (this.service === null) throw new Error('not started');
    return this.service;
  }

  get runtime(): IngestRuntime {
    return this.running.app.get<IngestRuntime>(RUNTIME);
  }

  async start(): Promise<void> {
    const config = readConfig({
      KAFKA_BROKERS: this.brokers,
      DATABASE_URL: this.database.appUrl,
      DATABASE_MIGRATION_URL: this.database.ownerUrl,
      AUTH_ISSUER: this.issuer.issuer,
      AUTH_JWKS_URL: this.issuer.jwksUrl,
      LOG_LEVEL: 'error',
      INTAKE_OPEN_PRODUCER: 'local',
    });
    this.service = await createService({ ...SERVICE, exit: (code) => this.exits.push(code) }, config);
    await this.service.app.init();
    await this.service.app.startAllMicroservices();
    await this.service.app.getHttpAdapter().getInstance().ready();
    this.service.health.markStarted();
  }

  async stop(): Promise<void> {
    await this.running.shutdown.run('end of a test');
    this.service = null;
  }

  async end(): Promise<void> {
    if (this.service !== null) await this.stop();
    await this.bus.close();
    await this.issuer.stop();
    await this.database.drop();
  }

  /** A token of the platform with these scopes. */
  token(scopes: readonly string[] = ALL_SCOPES): Promise<string> {
    return this.issuer.sign({ sub: 'platform', scopes });
  }

  async call({ method, url, body, type, scopes = ALL_SCOPES, headers = {}, key }: Call): Promise<Answer> {
    const credential = scopes === null ? undefined : (key ?? (await this.token(scopes)));
    const authorization = credential === undefined ? {} : { authorization: `Bearer ${credential}` };
    const contentType = body === undefined ? {} : { 'content-type': type ?? 'application/json' };
    const response = await this.running.app.inject({
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      url,
      headers: { ...contentType, ...authorization, ...headers },
      ...(body === undefined ? {} : { payload: body }),
    });
    const isJson = String(response.headers['content-type']).includes('json');
    const json = isJson ? response.json<Record<string, unknown>>() : {};
    return { status: response.statusCode, headers: response.headers, text: response.body, json };
  }

  publish(topic: string, ...values: readonly (string | Buffer | Partial<OutgoingMessage>)[]): Promise<void> {
    return this.bus.publisher.publish(
      values.map((value) => {
        const plain = { topic, key: 'k', headers: {} };
        const isPlain = typeof value === 'string' || Buffer.isBuffer(value);
        return isPlain ? { ...plain, value: Buffer.from(value) } : { ...plain, value: null, ...value };
      }),
    );
  }
}
