#!/usr/bin/env node
/**
 * `npm test`: installs what is missing, builds, then runs every level in two passes — the pure ones side by side,
 * those with real parts one after the other — and prints one summary line last.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
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

const PASSES = [
  { name: 'pure', levels: ['unit', 'prop'], workers: ['--maxWorkers=2'] },
  { name: 'parts', levels: ['int', 'e2e'], workers: ['--runInBand'] },
];

/** Runs one pass; returns its counts and whether Jest was content. */
async function runPass({ name, levels, workers }, extra) {
  const results = join(repositoryRoot, 'test-results', `${name}.json`);
  mkdirSync(join(repositoryRoot, 'test-results'), { recursive: true });
  rmSync(results, { force: true });
  const code = await runNode24([
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(repositoryRoot, 'node_modules/jest/bin/jest.js'),
    '--selectProjects',
    ...levels,
    '--passWithNoTests',
    ...workers,
    '--json',
    `--outputFile=${results}`,
    ...extra,
  ]);
  const counts = JSON.parse(readFileSync(results, 'utf8'));
  return {
    ok: code === 0 && counts.success,
    passed: counts.numPassedTests,
    // A file that does not even load has no failed test of its own, but must count.
    failed: counts.numFailedTests + counts.numRuntimeErrorTestSuites,
    skipped: counts.numPendingTests + counts.numTodoTests,
  };
}

/** Runs every pass; returns the sum. */
async function runAll() {
  await ensureInstalled();
  await ensureKafkaTools();
  await ensureBuilt();
  const sum = { ok: true, passed: 0, failed: 0, skipped: 0 };
  for (const pass of PASSES) {
    const one = await runPass(pass, process.argv.slice(2));
    sum.ok &&= one.ok;
    sum.passed += one.passed;
    sum.failed += one.failed;
    sum.skipped += one.skipped;
  }
  return sum;
}

try {
  const sum = await runAll();
  const skipped = sum.skipped > 0 ? `, ${sum.skipped} skipped` : '';
  console.log(`${sum.passed} passed, ${sum.failed} failed${skipped}`);
  process.exitCode = sum.ok && sum.failed === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof Unready)) throw error;
  say(`\n${error.message}\n`);
  process.exitCode = 1;
}
