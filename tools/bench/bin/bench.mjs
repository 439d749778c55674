#!/usr/bin/env node
/** `npm run bench -- <name>`: makes sure that everything measured is installed and compiled, then runs it on Node 24. */
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

/** What a bench may start besides itself. */
const PROGRAMS = [
  'services/behavior-ingest',
  'services/points-ledger',
  'services/redemption',
  'services/gpu-scheduler',
  'tools/cluster-simulator',
  'tools/bench',
];

try {
  await ensureInstalled();
  await ensureBuilt(PROGRAMS);
  await ensureKafkaTools();
  const main = join(repositoryRoot, 'tools', 'bench', 'dist', 'main.js');
  process.exitCode = await runNode24(['--enable-source-maps', main, ...process.argv.slice(2)]);
} catch (error) {
  if (!(error instanceof Unready)) throw error;
  say(`\n${error.message}\n`);
  process.exitCode = 1;
}
