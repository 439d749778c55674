import { createReadModelSource } from '@kuda/event-store';
import { assertLive, assertReady } from '@kuda/messaging';
import type { RuleSet } from '@kuda/rules';
import { HealthRegistry, ShutdownCoordinator } from '@kuda/service-kit';
import { Inject, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { BalanceController } from './accounts/balance.controller';
import { BalanceQuery } from './accounts/balance.query';
import { ActivityConsumer } from './awards/activity.consumer';
import { DecideActivityHandler } from './awards/decide-activity.handler';
import type { LedgerConfig } from './config';
import { HoldCommandConsumer } from './holds/hold-command.consumer';
import { HoldCommandHandler } from './holds/hold-command.handler';
import { LedgerMetrics } from './ledger.metrics';
import { createRuntime, SERVICE_NAME, type LedgerRuntime } from './ledger.runtime';
import { DeadLetters } from './ledger/dead-letters';
import { loadRules } from './ledger/load-rules';
import { COMMITTER, LOG_POOL, RULES, STATEMENTS } from './ledger/ports';
import { DecisionReportController } from './reports/decision-report.controller';
import { DecisionReportQuery } from './reports/decision-report.query';
import { DecisionsController } from './statements/decisions.controller';
import { DecisionRow } from './statements/decision.entity';
import { StatementsQuery } from './statements/statements.query';
import { TransactionRow } from './statements/transaction.entity';
import { TransactionsController } from './statements/transactions.controller';

/** The parts with a life of their own, for whoever starts and stops them. */
export const RUNTIME = Symbol('the runtime of points-ledger');

const READ_MODEL_CONNECTIONS = 4;

function databaseOf(config: LedgerConfig): DynamicModule {
  const entities = [TransactionRow, DecisionRow];
  return TypeOrmModule.forRootAsync({
    useFactory: () => ({ type: 'postgres', entities }),
    dataSourceFactory: () =>
      createReadModelSource({
        url: config.DATABASE_URL,
        applicationName: `${SERVICE_NAME}-reads`,
        entities,
        max: READ_MODEL_CONNECTIONS,
      }).initialize(),
  });
}

function runtimeProviders(config: LedgerConfig) {
  return [
    { provide: RULES, useFactory: () => loadRules(config.RULES_FILE) },
    {
      provide: RUNTIME,
      inject: [RULES, DataSource, LedgerMetrics, ShutdownCoordinator],
      useFactory: (
        rules: RuleSet,
        readModels: DataSource,
        metrics: LedgerMetrics,
        shutdown: ShutdownCoordinator,
      ) => createRuntime(config, { rules, readModels, metrics, shutdown }),
    },
    { provide: COMMITTER, inject: [RUNTIME], useFactory: ({ committer }: LedgerRuntime) => committer },
    { provide: LOG_POOL, inject: [RUNTIME], useFactory: ({ pool }: LedgerRuntime) => pool },
    { provide: STATEMENTS, inject: [RUNTIME], useFactory: ({ statements }: LedgerRuntime) => statements },
  ];
}

/** The wiring of points-ledger. */
@Module({})
export class AppModule implements OnModuleInit {
  constructor(
    @Inject(RUNTIME) private readonly runtime: LedgerRuntime,
    private readonly health: HealthRegistry,
  ) {}

  static with(config: LedgerConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [databaseOf(config), TypeOrmModule.forFeature([TransactionRow, DecisionRow])],
      controllers: [
        ActivityConsumer,
        HoldCommandConsumer,
        BalanceController,
        TransactionsController,
        DecisionsController,
        DecisionReportController,
      ],
      providers: [
        ...runtimeProviders(config),
        LedgerMetrics,
        DeadLetters,
        DecideActivityHandler,
        HoldCommandHandler,
        BalanceQuery,
        StatementsQuery,
        DecisionReportQuery,
      ],
    };
  }

  async onModuleInit(): Promise<void> {
    const { pool, consumer, relay, statements } = this.runtime;
    this.health.register('log', 'ready', () => pool.query('select 1'));
    this.health.register('consumer', 'ready', () => {
      assertReady(consumer.health());
    });
    this.health.register('consumer', 'live', () => {
      assertLive(consumer.health());
    });
    for (const [name, tail] of [['relay', relay] as const, ['statements', statements] as const]) {
      this.health.register(name, 'ready', () => {
        const { lastError } = tail.health();
        if (lastError !== null) throw new Error(lastError);
      });
    }
    await this.runtime.start();
  }
}
