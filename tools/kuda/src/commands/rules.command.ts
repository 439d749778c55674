import { Command } from 'commander';
import type { Io } from '../io';
import { backtestCommand } from './rules-backtest.command';

/** `kuda rules …`: rule sets as files; needs no server. */
export function rulesCommand(io: Io): Command {
  return new Command('rules').description('try, check and compare rule sets').addCommand(backtestCommand(io));
}
