import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isRunning, type ProcessIdentity } from './process-identity';

const END_LIMIT_MS = 10_000;
const POLL_MS = 50;

/**
 * The processes of a stack, written down as they start. Each has a watchdog that ends it with its parent; what
 * outlives even that is ended by the next start on the same state folder.
 */
export class ProcessRegister {
  private readonly known: ProcessIdentity[] = [];

  constructor(private readonly file: string) {}

  add(pid: number): void {
    const identity = identify(pid);
    if (identity === undefined) return;
    this.known.push(identity);
    writeFileSync(this.file, JSON.stringify(this.known));
  }

  /** Ends what an earlier stack left behind; only processes that are certainly its own. Returns how many. */
  async endLeftovers(): Promise<number> {
    const written = existsSync(this.file)
      ? (JSON.parse(readFileSync(this.file, 'utf8')) as ProcessIdentity[])
      : [];
    const left = written.filter(isRunning);
    for (const process of left) signal(process, 'SIGTERM');
    const deadline = Date.now() + END_LIMIT_MS;
    while (left.some(isRunning) && Date.now() < deadline) await sleep(POLL_MS);
    for (const process of left) signal(process, 'SIGKILL');
    return left.length;
  }
}

function signal(known: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isRunning(known)) return;
  try {
    process.kill(known.pid, name);
  } catch {
    // It ended between the two lines.
  }
}
