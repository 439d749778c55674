import { resolve } from 'node:path';
import { Backtest, compareReports, type BacktestReport, type Comparison } from '@kuda/backtest';
import type { RuleSet } from '@kuda/rules';
import { Command } from 'commander';
import type { Io } from '../io';
import { contextOf, wholeNumber, withCommonOptions } from '../options';
import { print, table } from '../output';
import { FileIntake } from '../rules/file-intake';
import { loadRules } from '../rules/load-rules';
import { readLines } from '../rules/read-lines';

/** Points of one A100 hour in the default price book. */
const DEFAULT_GPU_HOUR_POINTS = 15;
const MAX_GPU_HOUR_POINTS = 1_000_000;
const PROGRESS_EVERY_LINES = 100_000;
const US_PER_MS = 1000n;
/** Users shown to a person; `--json` has them all. */
const SHOWN_DIFFERENCES = 20;

interface BacktestOptions {
  readonly rules: string;
  readonly events: string;
  readonly against?: string;
  readonly gpuHourPoints: number;
}

/** `kuda rules backtest`: what a rule set makes of a file of events. Needs no server. */
export function backtestCommand(io: Io): Command {
  return withCommonOptions(new Command('backtest'))
    .description('try a rule set on a file of events; needs no server and pays nobody')
    .requiredOption('--rules <file>', 'rule set to try')
    .requiredOption(
      '--events <file>',
      'CloudEvents as JSON lines, .gz allowed; decided in the order of the file',
    )
    .option('--against <file>', 'rule set to compare with, user by user')
    .option(
      '--gpu-hour-points <points>',
      'price of one A100 hour, for the liability in GPU hours',
      wholeNumber(1, MAX_GPU_HOUR_POINTS),
      DEFAULT_GPU_HOUR_POINTS,
    )
    .addHelpText('after', EXAMPLES)
    .action(async (options: BacktestOptions, command: Command) => {
      const { json } = contextOf(io, command);
      const sets = [await loadRules(io, options.rules)];
      if (options.against !== undefined) sets.push(await loadRules(io, options.against));
      const [report, other] = await decideFile(io, sets, options);
      if (report === undefined) return;
      if (other === undefined) {
        print(io, json, report, () => reportText(report));
      } else {
        const comparison = compareReports(other, report);
        print(
          io,
          json,
          { ...report, comparison },
          () => `${reportText(report)}\n\n${comparisonText(comparison)}`,
        );
      }
    });
}

const EXAMPLES = `
Events are taken as intake takes them under the backfill scope: the same validation, one event for a (source, id).

Examples:
  npm run -s kuda -- rules backtest --rules libs/rules/rule-sets/2026-01.json --events activity.jsonl.gz
  npm run -s kuda -- rules backtest --rules next.json --against now.json --events activity.jsonl.gz --json`;

/** Decides the file once by each rule set. */
async function decideFile(
  io: Io,
  sets: readonly RuleSet[],
  options: BacktestOptions,
): Promise<readonly BacktestReport[]> {
  const prices = { pointsPerGpuHour: options.gpuHourPoints };
  const backtests = sets.map((set) => new Backtest(set, prices));
  const intake = new FileIntake(BigInt(Date.now()) * US_PER_MS);
  let lines = 0;
  for await (const line of readLines(resolve(io.folder, options.events))) {
    const { event, rejected } = intake.take(line);
    for (const backtest of backtests) {
      if (event === null) backtest.reject(rejected);
      else backtest.add(event);
    }
    lines += 1;
    if (lines % PROGRESS_EVERY_LINES === 0) io.err(`${lines.toLocaleString('en-US')} lines decided`);
  }
  return backtests.map((backtest) => backtest.report());
}

function reportText(report: BacktestReport): string {
  const rejected = Object.entries(report.rejected).map(([reason, count]) => `${reason} ${String(count)}`);
  const rules = Object.entries(report.by_rule).map(([rule, amount]) => [
    rule,
    amount.toLocaleString('en-US'),
    (report.liability.by_rule[rule]?.gpu_hours ?? 0).toFixed(1),
    ...(['awarded', 'trimmed', 'suppressed'] as const).map((outcome) =>
      String(report.outcomes[`${rule}/${outcome}`] ?? 0),
    ),
  ]);
  const { gini, users, top_tenth_share: share } = report.concentration;
  return [
    `rule set ${report.rule_set.name} (${report.rule_set.hash.slice(0, 12)})`,
    `${report.events.toLocaleString('en-US')} events decided; kept aside: ${rejected.join(', ') || 'none'}`,
    table(['rule', 'paid', 'GPU hours', 'awarded', 'trimmed', 'suppressed'], rules),
    `${report.points.toLocaleString('en-US')} points to ${String(report.users_paid)} of ${String(users)} users, ` +
      `${report.liability.total.gpu_hours.toFixed(1)} GPU hours of liability`,
    `Gini ${gini.toFixed(3)}; the best-paid tenth has ${(share * 100).toFixed(1)} %`,
    ...Object.entries(report.shadow).map(
      ([rule, { would_pay: pay, decisions }]) =>
        `in shadow: ${rule} would have paid ${String(pay)} in ${String(decisions)} decisions`,
    ),
  ].join('\n');
}

function comparisonText(comparison: Comparison): string {
  const { before, after, points, differences } = comparison;
  const rows = differences
    .slice(0, SHOWN_DIFFERENCES)
    .map((user) => [user.user, String(user.before), String(user.after), signed(user.after - user.before)]);
  return [
    `against ${before.name} (${before.hash.slice(0, 12)}) → ${after.name} (${after.hash.slice(0, 12)}): ` +
      `${signed(points.after - points.before)} points; ` +
      `${String(comparison.users_gaining)} users gain, ${String(comparison.users_losing)} lose`,
    ...(rows.length === 0 ? [] : [table(['user', 'before', 'after', 'change'], rows)]),
  ].join('\n');
}

function signed(change: number): string {
  return `${change > 0 ? '+' : ''}${change.toLocaleString('en-US')}`;
}
