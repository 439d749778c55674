#!/usr/bin/env node
/** `npm run test:crash`: makes sure that everything is installed and compiled, then kills it on Node 24. */
import { join } from 'node:path';
import {
  ensureBuilt,
  ensureInstalled,
  ensureKafkaTools,
  repositoryRoot,
  runNode24,
  say,
  Unready,
} from '../../local-stack/bin/lib/ensure.mjs';

try {
  await ensureInstalled();
  await ensureBuilt(['tools/crash']);
  await ensureKafkaTools();
  const main = join(repositoryRoot, 'tools', 'crash', 'dist', 'main.js');
  process.exitCode = await runNode24(['--enable-source-maps', main]);
} catch (error) {
  if (!(error instanceof Unready)) throw error;
  say(`\n${error.message}\n`);
  process.exitCode = 1;
}
