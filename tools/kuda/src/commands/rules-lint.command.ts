import { lintRuleSet, type Finding } from '@kuda/rules';
import { Command } from 'commander';
import { CommandEnd, EXIT } from '../exit-code';
import type { Io } from '../io';
import { contextOf, withCommonOptions } from '../options';
import { print } from '../output';
import { readText } from '../rules/load-rules';

/** `kuda rules lint FILE`: everything that is wrong with a rule set or doubtful about it, with its place. */
export function lintCommand(io: Io): Command {
  return withCommonOptions(new Command('lint'))
    .description('check a rule set: errors keep it from being loaded, warnings are for its author to judge')
    .argument('<file>', 'rule set')
    .action(async (file: string, _options: object, command: Command) => {
      const { json } = contextOf(io, command);
      const findings = lintRuleSet(await readText(io, file));
      print(io, json, { file, findings }, () => findingsText(file, findings));
      const errors = findings.filter(({ severity }) => severity === 'error').length;
      if (errors > 0) throw new CommandEnd(EXIT.refused, `${file}: ${String(errors)} errors`, null);
    });
}

function findingsText(file: string, findings: readonly Finding[]): string {
  if (findings.length === 0) return `${file}: nothing to say`;
  return findings
    .map(({ severity, pointer, line, column, message }) => {
      const place = line === null || column === null ? '' : `:${String(line)}:${String(column)}`;
      return `${file}${place}: ${severity}: ${message} (${pointer === '' ? 'the file' : pointer})`;
    })
    .join('\n');
}
