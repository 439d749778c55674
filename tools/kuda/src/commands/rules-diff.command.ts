import { diffRuleSets, type MemberChange, type RuleSetDiff } from '@kuda/rules';
import { Command } from 'commander';
import type { Io } from '../io';
import { contextOf, withCommonOptions } from '../options';
import { print } from '../output';
import { loadRules } from '../rules/load-rules';

/** `kuda rules diff A B`: what changes in meaning, whatever the order of members and the spacing. */
export function diffCommand(io: Io): Command {
  return withCommonOptions(new Command('diff'))
    .description('compare two rule sets by what they say')
    .argument('<before>', 'rule set')
    .argument('<after>', 'rule set')
    .action(async (before: string, after: string, _options: object, command: Command) => {
      const { json } = contextOf(io, command);
      const diff = diffRuleSets(await loadRules(io, before), await loadRules(io, after));
      print(io, json, diff, () => diffText(diff));
    });
}

const HASH_SHOWN = 12;

function diffText(diff: RuleSetDiff): string {
  const lines = [
    ...diff.settings.map(memberText),
    ...diff.removed.map(({ rule, hash }) => `- ${rule} ${hash.slice(0, HASH_SHOWN)}`),
    ...diff.added.map(({ rule, hash }) => `+ ${rule} ${hash.slice(0, HASH_SHOWN)}`),
    ...diff.changed.flatMap(({ rule, members }) => [
      `~ ${rule}`,
      ...members.map((each) => `  ${memberText(each)}`),
    ]),
    ...(diff.reordered.length === 0 ? [] : [`fire in another order: ${diff.reordered.join(', ')}`]),
  ];
  return lines.length === 0 ? 'They say the same.' : lines.join('\n');
}

function memberText({ pointer, before, after }: MemberChange): string {
  return `${pointer}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`;
}
