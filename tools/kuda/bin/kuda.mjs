#!/usr/bin/env node
/** `npm run -s kuda -- …`: makes sure that the command line is installed and compiled, then runs it on Node 24. */
import { join } from 'node:path';
import {
  ensureBuilt,
  ensureInstalled,
  repositoryRoot,
  runNode24,
  say,
  Unready,
} from '../../local-stack/bin/lib/ensure.mjs';

try {
  await ensureInstalled();
  await ensureBuilt(['tools/kuda']);
  const main = join(repositoryRoot, 'tools', 'kuda', 'dist', 'main.js');
  const env = { KUDA_CALLED_FROM: process.env['INIT_CWD'] ?? process.cwd() };
  process.exitCode = await runNode24(['--enable-source-maps', main, ...process.argv.slice(2)], { env });
} catch (error) {
  if (!(error instanceof Unready)) throw error;
  say(`\n${error.message}\n`);
  process.exitCode = 1;
}
