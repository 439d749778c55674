import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../repository';
import { commandsIn, type DocumentedCommand } from './command-blocks';

/** Documents whose marked commands are run. */
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md'];
/** The longest one command may take, in milliseconds. */
const COMMAND_LIMIT_MS = 120_000;

export interface CommandResult extends DocumentedCommand {
  readonly ok: boolean;
  readonly output: string;
}

/** Runs each marked command from the root of the repository; it must end with exit code 0. */
export function runDocumentedCommands(): readonly CommandResult[] {
  const commands = DOCUMENTS.flatMap((document) =>
    commandsIn(document, readFileSync(join(REPOSITORY, document), 'utf8')),
  );
  return commands.map((documented) => {
    const run = spawnSync('bash', ['-ceu', documented.command], {
      cwd: REPOSITORY,
      encoding: 'utf8',
      timeout: COMMAND_LIMIT_MS,
    });
    return { ...documented, ok: run.status === 0, output: `${run.stdout}${run.stderr}` };
  });
}
