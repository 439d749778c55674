import { Command } from 'commander';
import type { Io } from '../io';
import { backtestCommand } from './rules-backtest.command';
import { diffCommand } from './rules-diff.command';
import { explainCommand } from './rules-explain.command';
import { lintCommand } from './rules-lint.command';
import { testCommand } from './rules-test.command';

/** `kuda rules …`: rule sets as files; needs no server. */
export function rulesCommand(io: Io): Command {
  return new Command('rules')
    .description('check, try, explain and compare rule sets; needs no server')
    .addCommand(lintCommand(io))
    .addCommand(testCommand(io))
    .addCommand(backtestCommand(io))
    .addCommand(diffCommand(io))
    .addCommand(explainCommand(io));
}
