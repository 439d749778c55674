import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, step, Unready } from './process.mjs';

const OLDEST_NODE = 20;
const INSTALL_TIMEOUT_MS = 600_000;

const lockFile = join(repositoryRoot, 'package-lock.json');
const stampFile = join(repositoryRoot, 'node_modules', '.kuda-installed');
/** The Node that everything runs on, pinned as a package: the machine's own only has to run npm. */
export const node24 = join(
  repositoryRoot,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

/** Installs the packages of package-lock.json unless they are there. */
export async function ensureInstalled() {
  const major = Number.parseInt(process.versions.node, 10);
  if (major < OLDEST_NODE)
    throw new Unready(`Node ${OLDEST_NODE} or newer is needed to start; this is ${process.versions.node}.`);
  if (!existsSync(lockFile))
    throw new Unready(`${repositoryRoot} is not a whole checkout: package-lock.json is missing.`);
  const stamp = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (existsSync(node24) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  if (!isInstalled()) await install();
  if (!existsSync(node24)) {
    throw new Unready(
      'node_modules has no Node 24: its install script did not run. ' +
        'Allow scripts (npm config set ignore-scripts false), delete node_modules and start again.',
    );
  }
  writeFileSync(stampFile, stamp);
}

/** `npm ci` into an empty place; `npm install` where packages are in use, which `npm ci` would pull from under them. */
async function install() {
  const verb = existsSync(join(repositoryRoot, 'node_modules')) ? 'install' : 'ci';
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = [verb, '--no-audit', '--no-fund', '--loglevel=error'];
  await step(`Installing packages (npm ${verb}; about a minute, once)`, npm, args, {
    timeoutMs: INSTALL_TIMEOUT_MS,
  });
}

/** Compares what the lock file asks for with what npm says it installed; a hand-made `npm install` counts too. */
function isInstalled() {
  const installedFile = join(repositoryRoot, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile) || !existsSync(node24)) return false;
  const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' ||
      !path.includes('node_modules/') ||
      entry.optional ||
      entry.peer ||
      entry.devOptional ||
      (installed[path] !== undefined && installed[path].version === entry.version),
  );
}
