import { resolve } from 'node:path';
import {
  decideEvent,
  EMPTY_MEMORY,
  explain,
  NO_TRUST,
  type Explanation,
  type RuleAccount,
  type RuleSet,
} from '@kuda/rules';
import { Command } from 'commander';
import { CommandEnd, EXIT } from '../exit-code';
import type { Io } from '../io';
import { contextOf, withCommonOptions } from '../options';
import { print } from '../output';
import { FileIntake } from '../rules/file-intake';
import { loadRules } from '../rules/load-rules';
import { readLines } from '../rules/read-lines';

const US_PER_MS = 1000n;

interface ExplainOptions {
  readonly rules: string;
  readonly events: string;
  readonly user: string;
  readonly rule?: string;
}

interface Explained {
  readonly type: string;
  readonly time: string;
  readonly explanations: readonly Explanation[];
}

/** `kuda rules explain`: why each of a user's events was paid or not. */
export function explainCommand(io: Io): Command {
  return withCommonOptions(new Command('explain'))
    .description('say of every event of a user what each rule paid or why not; needs no server')
    .requiredOption('--rules <file>', 'rule set')
    .requiredOption('--events <file>', 'CloudEvents as JSON lines, .gz allowed')
    .requiredOption('--user <user>', 'the user who may be paid')
    .option('--rule <rule>', 'only this rule')
    .action(async (options: ExplainOptions, command: Command) => {
      const { json } = contextOf(io, command);
      const explained = await explainFile(io, await loadRules(io, options.rules), options);
      if (explained.length === 0) {
        throw new CommandEnd(EXIT.refused, `No rule has anything to say about ${options.user} in this file.`);
      }
      print(io, json, { user: options.user, events: explained }, () => explained.map(eventText).join('\n'));
    });
}

async function explainFile(io: Io, set: RuleSet, options: ExplainOptions): Promise<readonly Explained[]> {
  const intake = new FileIntake(BigInt(Date.now()) * US_PER_MS);
  const explained: Explained[] = [];
  let account: RuleAccount = { memory: EMPTY_MEMORY, trust: NO_TRUST };
  for await (const line of readLines(resolve(io.folder, options.events))) {
    const { event } = intake.take(line);
    if (event?.beneficiary !== options.user) continue;
    const { memory } = account;
    const decided = decideEvent(set, account, event);
    account = decided.account;
    const explanations = decided.decisions
      .filter(({ rule }) => options.rule === undefined || rule.id === options.rule)
      .map((decision) => explain(set, { event, decision, memory }));
    if (explanations.length === 0) continue;
    const time = new Date(Number(event.timeUs / US_PER_MS)).toISOString();
    explained.push({ type: event.type, time, explanations });
  }
  return explained;
}

function eventText({ type, time, explanations }: Explained): string {
  return [`${time} ${type}`, ...explanations.map(({ text }) => `  ${text}`)].join('\n');
}
