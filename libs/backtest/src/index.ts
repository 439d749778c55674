export { Backtest, type BacktestPrices } from './backtest';
export { compareReports, type BacktestReport, type Comparison, type UserDifference } from './report';
