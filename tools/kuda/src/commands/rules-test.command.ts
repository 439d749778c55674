import { runExamples, type ExampleOutcome, type ExampleResult } from '@kuda/rules';
import { Command } from 'commander';
import { CommandEnd, EXIT } from '../exit-code';
import type { Io } from '../io';
import { contextOf, withCommonOptions } from '../options';
import { print } from '../output';
import { loadRules } from '../rules/load-rules';

/** `kuda rules test FILE`: runs the examples that stand in the rule set. */
export function testCommand(io: Io): Command {
  return withCommonOptions(new Command('test'))
    .description("run the examples inside a rule set, each version's as if it were the live one")
    .argument('<file>', 'rule set')
    .action(async (file: string, _options: object, command: Command) => {
      const { json } = contextOf(io, command);
      const results = runExamples(await loadRules(io, file));
      const failed = results.filter(({ passed }) => !passed);
      print(io, json, { file, examples: results.length, failed }, () => resultsText(results, failed));
      if (failed.length > 0) {
        throw new CommandEnd(
          EXIT.refused,
          `${String(failed.length)} of ${String(results.length)} failed`,
          null,
        );
      }
    });
}

function resultsText(results: readonly ExampleResult[], failed: readonly ExampleResult[]): string {
  const lines = failed.map(
    ({ rule, example, expected, actual }) =>
      `${rule}: ${example}\n  expected ${outcomeText(expected)}\n  got      ${outcomeText(actual)}`,
  );
  return [
    ...lines,
    `${String(results.length - failed.length)} examples passed, ${String(failed.length)} failed`,
  ].join('\n');
}

function outcomeText({ outcome, amount, reason }: ExampleOutcome): string {
  return `${outcome} ${String(amount)}${reason === '' ? '' : ` (${reason})`}`;
}
