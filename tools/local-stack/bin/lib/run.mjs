import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { node24 } from './install.mjs';
import { repositoryRoot } from './process.mjs';

const PARENT_CHECK_MS = 1_000;
/** kafkajs computes waits that are over already; Node 24 warns of each first one (tulios/kafkajs#1751). */
const QUIET = '--disable-warning=TimeoutNegativeWarning';
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program of this repository on Node 24 and resolves with its exit code.
 *
 * `supervised`: the program stands in its own session, so that Ctrl-C reaches it only through here, once, and it can
 * stop its own children in order; it sees the end of its standard input when this process is gone.
 */
export function runNode24(args, { env = {}, supervised = false } = {}) {
  return new Promise((done) => {
    const child = spawn(node24, [QUIET, ...args], {
      stdio: [supervised ? 'pipe' : 'inherit', 'inherit', 'inherit'],
      detached: supervised,
      env: { ...process.env, ...env, KUDA_SUPERVISED: supervised ? '1' : '' },
      cwd: supervised ? repositoryRoot : process.cwd(),
    });
    const handlers = FORWARDED.map((signal) => [signal, () => child.kill(signal)]);
    for (const [signal, handler] of handlers) process.on(signal, handler);
    const watch = supervised ? stopWithParent(child) : undefined;
    child.once('exit', (code, signal) => {
      clearInterval(watch);
      for (const [name, handler] of handlers) process.off(name, handler);
      done(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

/** npm that is killed cannot tell its script: a changed parent says it. Only under npm; a shell may leave on purpose. */
function stopWithParent(child) {
  if (process.env['npm_lifecycle_event'] === undefined) return undefined;
  const parent = process.ppid;
  return setInterval(() => {
    if (process.ppid !== parent) child.kill('SIGTERM');
  }, PARENT_CHECK_MS).unref();
}
