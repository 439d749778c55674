import { runDocumentedCommands } from './commands/run-commands';
import { outdatedDocuments, writeDocuments } from './write-documents';

const EXIT_DIFFERENT = 1;
const EXIT_USAGE = 2;

function generate(): number {
  for (const path of writeDocuments()) console.log(`written: ${path}`);
  return 0;
}

function check(): number {
  const outdated = outdatedDocuments();
  for (const path of outdated) console.error(`differs from the code: ${path} (npm run docs:generate)`);
  return outdated.length === 0 ? 0 : EXIT_DIFFERENT;
}

function commands(): number {
  const results = runDocumentedCommands();
  for (const { ok, document, line, command, output } of results) {
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${document}:${String(line)} ${command}`);
    if (!ok) console.error(output);
  }
  return results.every(({ ok }) => ok) ? 0 : EXIT_DIFFERENT;
}

const TASKS: Readonly<Record<string, () => number>> = { generate, check, commands };
const task = TASKS[process.argv[2] ?? ''];

if (task === undefined) console.error(`usage: docs ${Object.keys(TASKS).join('|')}`);
process.exitCode = task === undefined ? EXIT_USAGE : task();
