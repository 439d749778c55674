#!/usr/bin/env node
/** `npm start`: installs what is missing, compiles, and hands over to the compiled stack on Node 24. */
import { join } from 'node:path';
import {
  ensureBuilt,
  ensureInstalled,
  ensureKafkaTools,
  repositoryRoot,
  runNode24,
  say,
  Unready,
} from './lib/ensure.mjs';

const args = process.argv.slice(2);
const wantsHelp = args.includes('--help') || args.includes('-h');

try {
  // Before the packages: who lacks Java should not wait a minute to hear it.
  if (!wantsHelp) await ensureKafkaTools();
  await ensureInstalled();
  await ensureBuilt();
  const env = { KUDA_CALLED_FROM: process.env['INIT_CWD'] ?? process.cwd() };
  const main = join(repositoryRoot, 'tools', 'local-stack', 'dist', 'main.js');
  process.exitCode = await runNode24(['--enable-source-maps', main, ...args], { env, supervised: true });
} catch (error) {
  if (!(error instanceof Unready)) throw error;
  say(`\n${error.message}\n`);
  process.exitCode = 1;
}
