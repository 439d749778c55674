import { BalanceController } from './accounts/balance.controller';
import { BalanceStreamController } from './accounts/balance-stream.controller';
import { HoldingsController } from './accounts/holdings.controller';
import { ExplanationsController } from './explanations/explanations.controller';
import { SourcesController } from './explanations/sources.controller';
import { AccountWritesController } from './commands/account-writes.controller';
import { AdjustmentsController } from './commands/adjustments.controller';
import { CommandsController } from './commands/commands.controller';
import { ReversalsController } from './commands/reversals.controller';
import { DecisionReportController } from './reports/decision-report.controller';
import { BacktestsController } from './rules/backtests.controller';
import { DivergenceController } from './rules/divergence.controller';
import { RulesController } from './rules/rules.controller';
import { DecisionsController } from './statements/decisions.controller';
import { TransactionsController } from './statements/transactions.controller';
import { ProjectionsController } from './projections/projections.controller';
import { FlowsController } from './reports/flows.controller';
import { InfluenceController } from './reports/influence.controller';
import { LiabilityController } from './reports/liability.controller';

/** Everything that answers over HTTP. */
export const CONTROLLERS = [
  BalanceController,
  BalanceStreamController,
  HoldingsController,
  ExplanationsController,
  SourcesController,
  TransactionsController,
  DecisionsController,
  CommandsController,
  AdjustmentsController,
  ReversalsController,
  AccountWritesController,
  DecisionReportController,
  LiabilityController,
  FlowsController,
  InfluenceController,
  ProjectionsController,
  RulesController,
  DivergenceController,
  BacktestsController,
];
