import { createReadModelSource, systemClock, type SqlPool } from '@kuda/event-store';
import { assertLive, assertReady } from '@kuda/messaging';
import { HealthRegistry, ShutdownCoordinator } from '@kuda/service-kit';
import { Inject, Module, type DynamicModule, type OnModuleInit, type Provider } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { RedemptionConfig } from './config';
import { MemberBalanceRecord, MemberRecord } from './members/member.entity';
import { MemberProjection } from './members/member.projection';
import { MemberReader } from './members/member.reader';
import { PositionGate } from './members/position.gate';
import { loadTrustPolicy } from './members/trust-policy';
import { loadOfferBook, type OfferBook } from './offer/load-offer';
import { CatalogController } from './quotes/catalog.controller';
import { MakeQuoteHandler } from './quotes/make-quote.handler';
import { QuoteController } from './quotes/quote.controller';
import { QuoteRecord } from './quotes/quote.entity';
import { QuoteStore } from './quotes/quote.store';
import { RedemptionMetrics } from './redemption.metrics';
import { createRuntime, SERVICE_NAME, type RedemptionRuntime } from './redemption.runtime';
import { AdvanceRedemptionHandler } from './redemptions/advance-redemption.handler';
import { CancelRedemptionHandler } from './redemptions/cancel-redemption.handler';
import { LedgerEventsConsumer } from './redemptions/ledger-events.consumer';
import { COMMITTER, LOG_POOL, OFFERS } from './redemptions/ports';
import { RedemptionController } from './redemptions/redemption.controller';
import { RedemptionRecord } from './redemptions/redemption.entity';
import { RedemptionQuery } from './redemptions/redemption.query';
import { RequestRedemptionHandler } from './redemptions/request-redemption.handler';
import { SessionLetters } from './redemptions/session-letters';
import { SessionsConsumer } from './redemptions/sessions.consumer';

/** The parts with a life of their own, for whoever starts and stops them. */
export const RUNTIME = Symbol('the runtime of redemption');

/** One for the members read model, the rest for requests. */
const READ_CONNECTIONS = 4;

type RuntimeParts = [ShutdownCoordinator, RedemptionMetrics, MemberProjection, OfferBook, SessionLetters];

const ENTITIES = [RedemptionRecord, QuoteRecord, MemberRecord, MemberBalanceRecord];

function databaseOf(config: RedemptionConfig): DynamicModule {
  return TypeOrmModule.forRootAsync({
    useFactory: () => ({ type: 'postgres', entities: ENTITIES }),
    dataSourceFactory: () =>
      createReadModelSource({
        url: config.DATABASE_URL,
        applicationName: `${SERVICE_NAME}-reads`,
        entities: ENTITIES,
        max: READ_CONNECTIONS,
      }).initialize(),
  });
}

function readModelProviders(): Provider[] {
  return [
    {
      provide: MemberProjection,
      inject: [DataSource],
      useFactory: (source: DataSource) => new MemberProjection(source),
    },
    {
      provide: MemberReader,
      inject: [DataSource, LOG_POOL],
      useFactory: (source: DataSource, pool: SqlPool) =>
        new MemberReader(source, pool, loadTrustPolicy(), systemClock),
    },
    {
      provide: PositionGate,
      inject: [DataSource, MemberProjection, RUNTIME],
      useFactory: (source: DataSource, members: MemberProjection, runtime: RedemptionRuntime) =>
        new PositionGate(source, members, runtime),
    },
    QuoteStore,
    RedemptionQuery,
  ];
}

function runtimeProviders(config: RedemptionConfig): Provider[] {
  return [
    { provide: OFFERS, useFactory: () => loadOfferBook() },
    {
      provide: RUNTIME,
      inject: [ShutdownCoordinator, RedemptionMetrics, MemberProjection, OFFERS, SessionLetters],
      useFactory: (...[shutdown, metrics, members, offers, { onFault }]: RuntimeParts) =>
        createRuntime(config, {
          shutdown,
          members,
          offers,
          onFault,
          onBatch: (report) => metrics.appended(report),
        }),
    },
    { provide: COMMITTER, inject: [RUNTIME], useFactory: ({ committer }: RedemptionRuntime) => committer },
    { provide: LOG_POOL, inject: [RUNTIME], useFactory: ({ pool }: RedemptionRuntime) => pool },
  ];
}

/** The wiring of redemption. */
@Module({})
export class AppModule implements OnModuleInit {
  constructor(
    @Inject(RUNTIME) private readonly runtime: RedemptionRuntime,
    private readonly health: HealthRegistry,
  ) {}

  static with(config: RedemptionConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [databaseOf(config)],
      controllers: [
        CatalogController,
        QuoteController,
        RedemptionController,
        LedgerEventsConsumer,
        SessionsConsumer,
      ],
      providers: [
        ...readModelProviders(),
        ...runtimeProviders(config),
        RedemptionMetrics,
        SessionLetters,
        MakeQuoteHandler,
        RequestRedemptionHandler,
        AdvanceRedemptionHandler,
        CancelRedemptionHandler,
      ],
    };
  }

  async onModuleInit(): Promise<void> {
    const { pool, consumer, relay } = this.runtime;
    this.health.register('log', 'ready', () => pool.query('select 1'));
    this.health.register('consumer', 'ready', () => {
      assertReady(consumer.health());
    });
    this.health.register('consumer', 'live', () => {
      assertLive(consumer.health());
    });
    this.health.register('relay', 'ready', () => {
      const { lastError } = relay.health();
      if (lastError !== null) throw new Error(lastError);
    });
    await this.runtime.start();
  }
}
