import { assertLive, assertReady } from '@kuda/messaging';
import type { RuleSet } from '@kuda/rules';
import { HealthRegistry, ShutdownCoordinator } from '@kuda/service-kit';
import { Inject, Logger, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { AccountQuery } from './accounts/account.query';
import { BalanceStreams } from './accounts/balance-streams';
import { ActivityConsumer } from './awards/activity.consumer';
import { DecideActivityHandler } from './awards/decide-activity.handler';
import { CommandConsumer } from './commands/command.consumer';
import { CommandHandler } from './commands/command.handler';
import { CommandWrites } from './commands/command-writes';
import type { LedgerConfig } from './config';
import { CONTROLLERS } from './controllers';
import { LedgerMetrics } from './ledger.metrics';
import { createRuntime, type LedgerRuntime } from './ledger.runtime';
import { DeadLetters } from './ledger/dead-letters';
import { LedgerLetters } from './ledger/ledger-letters';
import { loadRules } from './ledger/load-rules';
import { PRICE_BOOK, PUBLISHER, RULES } from './ledger/ports';
import { loadPriceBook } from './projections/price-book';
import { ProjectionsHandler } from './projections/projections.handler';
import { DecisionReportQuery } from './reports/decision-report.query';
import { FlowsQuery } from './reports/flows.query';
import { InfluenceQuery } from './reports/influence.query';
import { LiabilityQuery } from './reports/liability.query';
import { BacktestRunner } from './rules/backtest.runner';
import { DivergenceQuery } from './rules/divergence.query';
import { RuleBook } from './rules/rule-book';
import { RuleStepsHandler } from './rules/rule-steps.handler';
import { Shards } from './shards/shards';
import { StatementsQuery } from './statements/statements.query';

/** The parts with a life of their own, for whoever starts and stops them. */
export const RUNTIME = Symbol('the runtime of points-ledger');

const logger = new Logger('points-ledger');

type RuntimeParts = [RuleBook, LedgerMetrics, LedgerLetters, ShutdownCoordinator];

function runtimeProviders(config: LedgerConfig) {
  return [
    { provide: PRICE_BOOK, useFactory: () => loadPriceBook(config.PRICE_BOOK_FILE) },
    { provide: RULES, useFactory: () => loadRules(config.RULES_FILE) },
    {
      provide: RuleBook,
      inject: [RULES],
      useFactory: (rules: RuleSet) =>
        new RuleBook(rules, (error) => logger.error({ err: error }, 'the rule book could not be read')),
    },
    {
      provide: RUNTIME,
      inject: [RuleBook, LedgerMetrics, LedgerLetters, ShutdownCoordinator],
      useFactory: (...[rules, metrics, letters, shutdown]: RuntimeParts) =>
        createRuntime(config, { rules, metrics, letters, shutdown }),
    },
    { provide: PUBLISHER, inject: [RUNTIME], useFactory: ({ bus }: LedgerRuntime) => bus.publisher },
    { provide: Shards, inject: [RUNTIME], useFactory: ({ shards }: LedgerRuntime) => shards },
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
      controllers: [ActivityConsumer, CommandConsumer, ...CONTROLLERS],
      providers: [
        ...runtimeProviders(config),
        LedgerMetrics,
        LedgerLetters,
        DeadLetters,
        DecideActivityHandler,
        CommandHandler,
        CommandWrites,
        AccountQuery,
        BalanceStreams,
        StatementsQuery,
        DecisionReportQuery,
        LiabilityQuery,
        FlowsQuery,
        InfluenceQuery,
        ProjectionsHandler,
        RuleStepsHandler,
        DivergenceQuery,
        BacktestRunner,
      ],
    };
  }

  async onModuleInit(): Promise<void> {
    const { shards, consumer } = this.runtime;
    this.health.register('consumer', 'ready', () => {
      assertReady(consumer.health());
    });
    this.health.register('consumer', 'live', () => {
      assertLive(consumer.health());
    });
    for (const shard of shards.all) {
      this.health.register(`shard ${String(shard.index)}`, 'ready', () => shard.assertReady());
    }
    await this.runtime.start();
  }
}
