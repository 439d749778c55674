import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root: three folders above this one. */
export const repositoryRoot = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..');

const TAIL_LINES = 15;
const PROGRESS_EVERY_MS = 1_000;

/** A failure that a person can act on: its message is all that is shown. */
export class Unready extends Error {}

/** Progress goes to standard error: standard output belongs to results. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** True when the command exists and ends with 0. */
export function succeeds(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'ignore' });
  return error === undefined && status === 0;
}

/** Everything the command prints, on both streams; empty when it cannot run. */
export function outputOf(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? `${stdout}${stderr}` : '';
}

/**
 * Runs one preparing step with its output in a log and its running time on the terminal.
 * Throws `Unready` with the end of the log when it fails.
 */
export async function step(title, command, args, options = {}) {
  const logs = join(repositoryRoot, '.kuda', 'bootstrap');
  mkdirSync(logs, { recursive: true });
  const logFile = join(logs, `${title.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}.log`);
  const log = openSync(logFile, 'w');
  const stop = showProgress(title);
  const code = await new Promise((done) => {
    const child = spawn(command, args, {
      cwd: repositoryRoot,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...options.env },
      timeout: options.timeoutMs ?? 0,
    });
    child.once('error', () => done(127));
    child.once('exit', (exit) => done(exit ?? 1));
  });
  closeSync(log);
  stop(code === 0);
  if (code === 0) return;
  const tail = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  throw new Unready(
    `${title}: \`${command} ${args.join(' ')}\` ended with ${code}. The end of ${logFile}:\n${tail}`,
  );
}

/** A line that counts seconds on a terminal, two plain lines elsewhere. */
function showProgress(title) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1_000);
  const live = process.stderr.isTTY === true;
  if (!live) say(`· ${title} …`);
  const timer = setInterval(() => {
    if (live) process.stderr.write(`\r· ${title} … ${seconds()} s`);
  }, PROGRESS_EVERY_MS);
  return (ok) => {
    clearInterval(timer);
    say(`${live ? '\r' : ''}${ok ? '✓' : '✗'} ${title} (${seconds()} s)`);
  };
}
