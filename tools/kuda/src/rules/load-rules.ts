import { describeProblems, loadRuleSet, type RuleSet } from '@kuda/rules';
import { CommandEnd, EXIT } from '../exit-code';
import type { Io } from '../io';

/** Reads a rule set; every problem is told at once. */
export async function loadRules(io: Io, file: string): Promise<RuleSet> {
  const loaded = loadRuleSet(await readText(io, file));
  if (loaded.ok) return loaded.ruleSet;
  const detail = `${file} is not a rule set:\n${describeProblems(loaded.problems)}`;
  throw new CommandEnd(EXIT.refused, detail, { file, problems: loaded.problems });
}

/** The text of a file, or a usage error that names it. */
export async function readText(io: Io, file: string): Promise<string> {
  try {
    return await io.read(file);
  } catch (error) {
    throw new CommandEnd(EXIT.usage, `${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
