import { createReadModelSource, systemClock } from '@kuda/event-store';
import { assertLive, assertReady } from '@kuda/messaging';
import { HealthRegistry, ShutdownCoordinator } from '@kuda/service-kit';
import { Inject, Logger, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { IngestConfig } from './config';
import { IngestMetrics } from './ingest.metrics';
import { createRuntime, SERVICE_NAME, type IngestRuntime } from './ingest.runtime';
import { ActivityLetters } from './intake/activity-letters';
import { ActivityConsumer } from './intake/activity.consumer';
import { Admission } from './intake/admission';
import { EventsController } from './intake/events.controller';
import { CLOCK, COMMITTER, LOG_POOL } from './intake/ports';
import { RecordActivityHandler } from './intake/record-activity.handler';
import { ChangeProducerHandler } from './producers/change-producer.handler';
import { ProducerController } from './producers/producer.controller';
import { ProducerRegistry } from './producers/producer.registry';
import { RateLimits } from './producers/rate-limits';
import { QuarantineController } from './quarantine/quarantine.controller';
import { QuarantineLineEntity } from './quarantine/quarantine-line.entity';
import { QuarantineOutcomeEntity } from './quarantine/quarantine-outcome.entity';
import { QuarantineHandler } from './quarantine/quarantine.handler';
import { QuarantineQuery } from './quarantine/quarantine.query';
import { IntakeReportController } from './reports/intake-report.controller';
import { ChangeRiskPolicyHandler, RiskPolicies } from './risk/risk-policies';
import { RiskPolicyController } from './risk/risk-policy.controller';
import { SchemasController } from './schemas/schemas.controller';
import { RingsController } from './votes/rings.controller';
import { TrustConsumer } from './votes/trust.consumer';
import { IntakeReportQuery } from './reports/intake-report.query';

const logger = new Logger('behavior-ingest');

/** The parts with a life of their own, for whoever starts and stops them. */
export const RUNTIME = Symbol('the runtime of behavior-ingest');

const READ_CONNECTIONS = 2;

function databaseOf(config: IngestConfig): DynamicModule {
  const entities = [QuarantineLineEntity, QuarantineOutcomeEntity];
  return TypeOrmModule.forRootAsync({
    useFactory: () => ({ type: 'postgres', entities }),
    dataSourceFactory: () =>
      createReadModelSource({
        url: config.DATABASE_URL,
        applicationName: `${SERVICE_NAME}-reads`,
        entities,
        max: READ_CONNECTIONS,
      }).initialize(),
  });
}

function runtimeProviders(config: IngestConfig) {
  return [
    {
      provide: RUNTIME,
      inject: [ShutdownCoordinator, IngestMetrics, ActivityLetters],
      useFactory: (shutdown: ShutdownCoordinator, metrics: IngestMetrics, letters: ActivityLetters) =>
        createRuntime(config, {
          shutdown,
          onFault: letters.onFault,
          onBatch: (report) => metrics.appended(report),
          onError: (error) => logger.error({ err: error }, 'the watch for rings failed; it will look again'),
        }),
    },
    { provide: COMMITTER, inject: [RUNTIME], useFactory: ({ committer }: IngestRuntime) => committer },
    { provide: LOG_POOL, inject: [RUNTIME], useFactory: ({ pool }: IngestRuntime) => pool },
    { provide: CLOCK, useValue: systemClock },
    {
      provide: Admission,
      inject: [RUNTIME],
      useFactory: ({ committer }: IngestRuntime) => new Admission(committer),
    },
    { provide: ProducerRegistry, inject: [RUNTIME], useFactory: ({ registry }: IngestRuntime) => registry },
    {
      provide: RiskPolicies,
      inject: [RUNTIME],
      useFactory: (runtime: IngestRuntime) => runtime.riskPolicies,
    },
    {
      provide: RateLimits,
      inject: [RUNTIME],
      useFactory: ({ registry }: IngestRuntime) => new RateLimits(registry, systemClock),
    },
    {
      provide: ChangeRiskPolicyHandler,
      inject: [RUNTIME],
      useFactory: ({ committer, riskPolicies }: IngestRuntime) =>
        new ChangeRiskPolicyHandler(committer, systemClock, riskPolicies),
    },
  ];
}

/** The wiring of behavior-ingest. */
@Module({})
export class AppModule implements OnModuleInit {
  constructor(
    @Inject(RUNTIME) private readonly runtime: IngestRuntime,
    private readonly health: HealthRegistry,
  ) {}

  static with(config: IngestConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [databaseOf(config), TypeOrmModule.forFeature([QuarantineLineEntity])],
      controllers: [
        ActivityConsumer,
        TrustConsumer,
        EventsController,
        SchemasController,
        QuarantineController,
        ProducerController,
        RiskPolicyController,
        IntakeReportController,
        RingsController,
      ],
      providers: [
        ...runtimeProviders(config),
        IngestMetrics,
        ActivityLetters,
        RecordActivityHandler,
        ChangeProducerHandler,
        QuarantineHandler,
        QuarantineQuery,
        IntakeReportQuery,
      ],
    };
  }

  async onModuleInit(): Promise<void> {
    const { pool, consumer, relay, votes } = this.runtime;
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
    this.health.register('votes', 'ready', () => {
      const { lastError } = votes.tally.health();
      if (lastError !== null) throw new Error(lastError);
    });
    await this.runtime.start();
  }
}
