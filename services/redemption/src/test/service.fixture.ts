import {
  create,
  fromBinary,
  GpuOrderSchema,
  LedgerCommandSchema,
  LedgerRecordSchema,
  RedemptionEventSchema,
  SessionEventSchema,
  toBinary,
  TOPICS,
  type GpuOrder,
  type LedgerCommand,
  type LedgerRecord,
  type RedemptionEvent,
  type SessionEvent,
  type TopicDeclaration,
} from '@kuda/contracts';
import {
  createKafkaBus,
  type IncomingMessage,
  type KafkaBatchConsumer,
  type KafkaBus,
} from '@kuda/messaging';
import { createService, type CreatedService } from '@kuda/service-kit';
import {
  eventually,
  startTokenIssuer,
  testDatabase,
  type TestDatabase,
  type TokenIssuer,
} from '@kuda/testing';
import { AppModule, RUNTIME } from '../app.module';
import { readConfig } from '../config';
import { SERVICE_NAME, type RedemptionRuntime } from '../redemption.runtime';

const TOPICS_USED: readonly TopicDeclaration[] = [
  TOPICS.ledgerEvents,
  TOPICS.ledgerCommands,
  TOPICS.gpuOrders,
  TOPICS.gpuSessions,
  TOPICS.redemptionEvents,
  { ...TOPICS.activityRejected, name: `${SERVICE_NAME}.dlq` },
];

export const ALL_SCOPES = ['redemptions:read', 'redemptions:write', 'metrics:read'];

const PATIENCE = { timeoutMs: 20_000, everyMs: 50 };

export interface Call {
  readonly url: string;
  readonly body?: object | string;
  readonly method?: 'GET' | 'POST';
  readonly scopes?: readonly string[] | null;
  readonly key?: string;
  readonly sub?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

type RecordInit = Exclude<Parameters<typeof create<typeof LedgerRecordSchema>>[1], undefined>;
type SessionInit = Exclude<Parameters<typeof create<typeof SessionEventSchema>>[1], undefined>;

/** Redemption on a real database and a real bus; the test itself is the ledger and the scheduler. */
export class ServiceFixture {
  private service: CreatedService | null = null;
  private reader: KafkaBatchConsumer | null = null;
  private readonly seen: IncomingMessage[] = [];
  readonly exits: number[] = [];
  private readonly versions = new Map<string, bigint>();
  private position = 0n;
  private repeat: () => Promise<void> = () => Promise.resolve();

  private constructor(
    private readonly database: TestDatabase,
    private readonly issuer: TokenIssuer,
    private readonly brokers: string,
    readonly bus: KafkaBus,
  ) {}

  static async create(brokers: string): Promise<ServiceFixture> {
    const bus = createKafkaBus({ clientId: 'redemption-test', brokers: [brokers] });
    await bus.ensureTopics(TOPICS_USED);
    const fixture = new ServiceFixture(await testDatabase(), await startTokenIssuer(), brokers, bus);
    await fixture.readOutput();
    return fixture;
  }

  /** What a process of the service is told. */
  environment(): Record<string, string> {
    return {
      KAFKA_BROKERS: this.brokers,
      DATABASE_URL: this.database.appUrl,
      DATABASE_MIGRATION_URL: this.database.ownerUrl,
      AUTH_ISSUER: this.issuer.issuer,
      AUTH_JWKS_URL: this.issuer.jwksUrl,
      LOG_LEVEL: 'error',
    };
  }

  get runtime(): RedemptionRuntime {
    if (this.service === null) throw new Error('not started');
    return this.service.app.get<RedemptionRuntime>(RUNTIME);
  }

  token(sub = 'console', scopes: readonly string[] = ALL_SCOPES): Promise<string> {
    return this.issuer.sign({ sub, scopes });
  }

  async start(): Promise<void> {
    const config = readConfig(this.environment());
    const definition = {
      name: SERVICE_NAME,
      module: AppModule.with.bind(AppModule),
      strategies: (app: CreatedService['app']) => [app.get<RedemptionRuntime>(RUNTIME).consumer],
      exit: (code: number) => this.exits.push(code),
    };
    this.service = await createService(definition, config);
    await this.service.app.init();
    await this.service.app.startAllMicroservices();
    await this.service.app.getHttpAdapter().getInstance().ready();
    this.service.health.markStarted();
  }

  async stop(): Promise<void> {
    await this.service?.shutdown.run('end of a test');
    this.service = null;
  }

  async end(): Promise<void> {
    await this.stop();
    await this.reader?.close();
    await this.bus.close();
    await this.issuer.stop();
    await this.database.drop();
  }

  async call({ url, body, method, scopes = ALL_SCOPES, key, sub = 'console' }: Call): Promise<Answer> {
    if (this.service === null) throw new Error('not started');
    const token = scopes === null ? null : await this.token(sub, scopes);
    const response = await this.service.app.inject({
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      url,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { payload: body }),
    });
    const isJson = String(response.headers['content-type']).includes('json');
    const json = isJson ? response.json<Record<string, unknown>>() : {};
    return { status: response.statusCode, headers: response.headers, text: response.body, json };
  }

  /** Says something as the ledger; returns the position of the record. */
  async ledgerSays(userId: string, record: RecordInit): Promise<bigint> {
    this.position += 1n;
    const accountVersion = (this.versions.get(userId) ?? 0n) + 1n;
    this.versions.set(userId, accountVersion);
    const said: LedgerRecord = create(LedgerRecordSchema, {
      ...record,
      userId,
      accountVersion,
      position: this.position,
      recordedAtUs: this.position,
    });
    const value = toBinary(LedgerRecordSchema, said);
    this.repeat = () => this.publish(TOPICS.ledgerEvents.name, userId, value);
    await this.repeat();
    return this.position;
  }

  /** Says the last word of the ledger once more, byte for byte. */
  ledgerRepeats(): Promise<void> {
    return this.repeat();
  }

  async schedulerSays(orderId: string, event: SessionInit): Promise<void> {
    const said: SessionEvent = create(SessionEventSchema, { ...event, orderId, redemptionId: orderId });
    await this.publish(TOPICS.gpuSessions.name, orderId, toBinary(SessionEventSchema, said));
  }

  async publish(topic: string, key: string, value: Uint8Array): Promise<void> {
    await this.bus.publisher.publish([{ topic, key, value: Buffer.from(value), headers: {} }]);
  }

  commands(): readonly LedgerCommand[] {
    return this.valuesOf(TOPICS.ledgerCommands.name).map((value) => fromBinary(LedgerCommandSchema, value));
  }

  orders(): readonly GpuOrder[] {
    return this.valuesOf(TOPICS.gpuOrders.name).map((value) => fromBinary(GpuOrderSchema, value));
  }

  /** All events of redemptions, or those of one. */
  events(redemptionId?: string): readonly RedemptionEvent[] {
    return this.valuesOf(TOPICS.redemptionEvents.name)
      .map((value) => fromBinary(RedemptionEventSchema, value))
      .filter((event) => redemptionId === undefined || event.redemptionId === redemptionId);
  }

  deadLetters(): readonly IncomingMessage[] {
    return this.seen.filter(({ topic }) => topic === `${SERVICE_NAME}.dlq`);
  }

  /** Waits for a command of this id; fails when it comes twice. */
  async command(commandId: string): Promise<LedgerCommand> {
    return this.once(() => this.commands().filter((command) => command.commandId === commandId));
  }

  async order(orderId: string, kind: 'placeOrder' | 'stopOrder'): Promise<GpuOrder> {
    const matches = (order: GpuOrder): boolean => order.orderId === orderId && order.order.case === kind;
    return this.once(() => this.orders().filter(matches));
  }

  /** Waits until a redemption is in a state. */
  async state(redemptionId: string, state: string): Promise<Answer['json']> {
    return eventually(async () => {
      const { json } = await this.call({ url: `/v1/redemptions/${redemptionId}` });
      if (json['state'] !== state) throw new Error(`it is ${String(json['state'])}, not ${state}`);
      return json;
    }, PATIENCE);
  }

  private once<Item>(find: () => readonly Item[]): Promise<Item> {
    return eventually(() => {
      const [first, ...more] = find();
      if (first === undefined || more.length > 0) throw new Error(`${String(more.length)} too many, or none`);
      return Promise.resolve(first);
    }, PATIENCE);
  }

  private valuesOf(wanted: string): readonly Uint8Array[] {
    return this.seen.flatMap(({ topic, value }) => (topic === wanted && value !== null ? [value] : []));
  }

  private async readOutput(): Promise<void> {
    this.reader = this.bus.consumer({
      groupId: 'redemption-test-reader',
      topics: [
        TOPICS.ledgerCommands.name,
        TOPICS.gpuOrders.name,
        TOPICS.redemptionEvents.name,
        `${SERVICE_NAME}.dlq`,
      ],
      handlerOf: () => (batch) => {
        this.seen.push(...batch.messages);
        return Promise.resolve();
      },
      offsets: { nextOffset: () => Promise.resolve(undefined) },
      onFatal: () => undefined,
    });
    await this.reader.start();
  }
}
