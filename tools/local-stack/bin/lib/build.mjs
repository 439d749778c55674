import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { node24 } from './install.mjs';
import { repositoryRoot, step } from './process.mjs';

const BUILD_TIMEOUT_MS = 300_000;
const tsc = join(repositoryRoot, 'node_modules', 'typescript', 'bin', 'tsc');

/** What runs: the services and the tools. The libraries they use are built with them. */
const PROGRAMS = [
  'services/behavior-ingest',
  'services/points-ledger',
  'services/redemption',
  'services/gpu-scheduler',
  'tools/cluster-simulator',
  'tools/local-stack',
  'tools/kuda',
];

/** Compiles what has changed of these programs. Costs milliseconds when nothing has. */
export async function ensureBuilt(programs = PROGRAMS) {
  const stamp = fingerprint();
  const outputs = programs.map((program) => join(repositoryRoot, program, 'dist', 'main.js'));
  const stampOf = (program) => join(repositoryRoot, program, 'dist', '.built');
  const isBuilt = (program) =>
    existsSync(stampOf(program)) && readFileSync(stampOf(program), 'utf8') === stamp;
  if (outputs.every(existsSync) && programs.every(isBuilt)) return;
  const projects = programs.map((program) => join(program, 'tsconfig.lib.json'));
  await step('Compiling (tsc --build)', node24, [tsc, '--build', ...projects], {
    timeoutMs: BUILD_TIMEOUT_MS,
  });
  for (const program of programs) writeFileSync(stampOf(program), stamp);
}

/** One hash over names, sizes and times of all sources: `tsc --build` would need seconds to see that all is done. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const folder of ['libs', 'services', 'tools']) visit(join(repositoryRoot, folder), hash);
  for (const file of ['tsconfig.base.json', 'package-lock.json']) mark(join(repositoryRoot, file), hash);
  return hash.digest('hex');
}

function visit(folder, hash) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!['node_modules', 'dist', 'out-tsc', 'test'].includes(entry.name)) visit(path, hash);
    } else if (/\.(ts|json)$/.test(entry.name) && !entry.name.endsWith('.spec.ts')) {
      mark(path, hash);
    }
  }
}

function mark(path, hash) {
  const { mtimeMs, size } = statSync(path);
  hash.update(`${path}:${mtimeMs}:${size}\n`);
}
