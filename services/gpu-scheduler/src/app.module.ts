import { createReadModelSource } from '@kuda/event-store';
import { assertLive, assertReady } from '@kuda/messaging';
import { HealthRegistry, ShutdownCoordinator } from '@kuda/service-kit';
import { Inject, Logger, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ADMITTER } from './admission/admitter';
import type { SchedulerConfig } from './config';
import { OrderLetters } from './orders/order-letters';
import { OrderConsumer } from './orders/order.consumer';
import { PlaceOrderHandler } from './orders/place-order.handler';
import { COMMITTER, WAKER } from './orders/ports';
import { SchedulerMetrics } from './scheduler.metrics';
import { createRuntime, SERVICE_NAME, type SchedulerRuntime } from './scheduler.runtime';
import { SessionEntity } from './sessions/session.entity';
import { SessionQuery } from './sessions/session.query';
import { SessionsController } from './sessions/sessions.controller';

/** The parts with a life of their own, for whoever starts and stops them. */
export const RUNTIME = Symbol('the runtime of gpu-scheduler');

const READ_CONNECTIONS = 3;
/** The API server sends bookmarks every minute, and our own watch is renewed more often: longer silence is a fault. */
const MAX_CLUSTER_SILENCE_MS = 120_000;

function databaseOf(config: SchedulerConfig): DynamicModule {
  const entities = [SessionEntity];
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

function runtimeProviders(config: SchedulerConfig) {
  return [
    {
      provide: RUNTIME,
      inject: [ShutdownCoordinator, SchedulerMetrics, OrderLetters],
      useFactory: (shutdown: ShutdownCoordinator, metrics: SchedulerMetrics, { onFault }: OrderLetters) =>
        createRuntime(config, { shutdown, metrics, onFault }),
    },
    { provide: COMMITTER, inject: [RUNTIME], useFactory: ({ committer }: SchedulerRuntime) => committer },
    { provide: WAKER, inject: [RUNTIME], useFactory: ({ loop }: SchedulerRuntime) => loop },
    { provide: ADMITTER, inject: [RUNTIME], useFactory: ({ admitter }: SchedulerRuntime) => admitter },
  ];
}

/** The wiring of gpu-scheduler. */
@Module({})
export class AppModule implements OnModuleInit {
  private readonly logger = new Logger(SERVICE_NAME);

  constructor(
    @Inject(RUNTIME) private readonly runtime: SchedulerRuntime,
    private readonly health: HealthRegistry,
  ) {}

  static with(config: SchedulerConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [databaseOf(config)],
      controllers: [OrderConsumer, SessionsController],
      providers: [
        ...runtimeProviders(config),
        SchedulerMetrics,
        OrderLetters,
        PlaceOrderHandler,
        SessionQuery,
      ],
    };
  }

  async onModuleInit(): Promise<void> {
    const { pool, consumer, relay, cache } = this.runtime;
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
    this.health.register('cluster', 'ready', () => {
      if (!cache.isSynced || cache.silentMs() > MAX_CLUSTER_SILENCE_MS)
        throw new Error('the cluster is silent');
    });
    await this.runtime.start();
    this.logger.log({ admitter: this.runtime.admitter.name }, 'sessions are looked after');
  }
}
