import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { MissingToolError } from './missing-tool.error';

/** How to run one server process. */
export interface ChildServerOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Both output streams are appended here. */
  readonly logFile: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
  /** The signal for an orderly end. */
  readonly stopSignal: 'SIGINT' | 'SIGTERM';
  /** A directory to remove when the process has ended, by us or by the death of its parent. */
  readonly removeOnEnd?: string;
}

/** A running server process. */
export interface ChildServer {
  readonly pid: number;
  /** True while the process lives. */
  alive(): boolean;
  /** The last lines of its log, for error messages. */
  logTail(): string;
  /** Ends it in order, after `STOP_LIMIT_MS` by force. Safe to call twice. */
  stop(): Promise<void>;
}

const STOP_LIMIT_MS = 15_000;
const LOG_TAIL_LINES = 15;

/**
 * Waits for its standard input. `done` means that the server was stopped in order; the end of the input means that the
 * parent died (even by kill -9), and then the server must not outlive it.
 */
const WATCHDOG = `
if read -r word; then exit 0; fi
kill -s "$2" "$1" 2>/dev/null
n=0
while kill -0 "$1" 2>/dev/null && [ "$n" -lt 100 ]; do sleep 0.1; n=$((n+1)); done
kill -s KILL "$1" 2>/dev/null
[ -n "$3" ] && sleep 0.1 && rm -rf "$3"
exit 0
`;

function startWatchdog(pid: number, options: ChildServerOptions): ChildProcess {
  const signal = options.stopSignal.replace('SIG', '');
  const args = ['-c', WATCHDOG, 'watchdog', String(pid), signal, options.removeOnEnd ?? ''];
  const watchdog = spawn('/bin/sh', args, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  // Neither the process nor its pipe may keep the parent's event loop alive.
  watchdog.unref();
  if (watchdog.stdin instanceof Socket) watchdog.stdin.unref();
  return watchdog;
}

/**
 * Starts a server in its own process group, so that Ctrl-C reaches only the parent, which stops things in order, and
 * watches over it, so that it never outlives the parent.
 */
export async function startChildServer(options: ChildServerOptions): Promise<ChildServer> {
  const log = openSync(options.logFile, 'a');
  const child = spawn(options.command, [...options.args], {
    detached: true,
    stdio: ['ignore', log, log],
    env: options.env ?? process.env,
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  });
  closeSync(log);
  try {
    await once(child, 'spawn');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') throw new MissingToolError(options.command, 'the program was not found');
    throw error;
  }
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${options.command} has no process id`);
  child.unref();
  const watchdog = startWatchdog(pid, options);
  const alive = (): boolean => child.exitCode === null && child.signalCode === null;
  let stopping: Promise<void> | undefined;
  return {
    pid,
    alive,
    logTail: () =>
      readFileSync(options.logFile, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n'),
    stop: () => (stopping ??= stopChild(child, watchdog, options)),
  };
}

async function stopChild(
  child: ChildProcess,
  watchdog: ChildProcess,
  options: ChildServerOptions,
): Promise<void> {
  child.ref();
  const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
  if (ended !== undefined) {
    child.kill(options.stopSignal);
    const limit = new AbortController();
    await Promise.race([
      ended,
      sleep(STOP_LIMIT_MS, undefined, { signal: limit.signal }).catch(() => undefined),
    ]);
    limit.abort();
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await ended;
    }
  }
  watchdog.ref();
  const gone =
    watchdog.exitCode === null && watchdog.signalCode === null ? once(watchdog, 'exit') : undefined;
  watchdog.stdin?.end('done\n');
  await gone;
  if (options.removeOnEnd !== undefined) await rm(options.removeOnEnd, { recursive: true, force: true });
}
