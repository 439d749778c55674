import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** A process that can be recognised later: process ids are used again, start times are not. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAt: string;
}

/** Field of /proc/<pid>/stat after the program's name: start time in clock ticks since boot. */
const START_TIME_FIELD = 19;

/** Who has this process id now; undefined when nobody does. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startedAt = existsSync('/proc/self/stat') ? startTimeFromProc(pid) : startTimeFromPs(pid);
  return startedAt === '' ? undefined : { pid, startedAt };
}

/** True while exactly this process lives. */
export function isRunning(known: ProcessIdentity): boolean {
  return identify(known.pid)?.startedAt === known.startedAt;
}

function startTimeFromProc(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? '' : (fields[START_TIME_FIELD] ?? '');
  } catch {
    return '';
  }
}

function startTimeFromPs(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}
