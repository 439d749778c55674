#!/usr/bin/env node
/** `npm run docs:…`: makes sure that the tool is installed and compiled, then runs the task on Node 24. */
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
  await ensureBuilt(['tools/docs']);
  const main = join(repositoryRoot, 'tools', 'docs', 'dist', 'main.js');
  process.exitCode = await runNode24(['--enable-source-maps', main, ...process.argv.slice(2)]);
} catch (error) {
  if (!(error instanceof Unready)) throw error;
  say(`\n${error.message}\n`);
  process.exitCode = 1;
}
