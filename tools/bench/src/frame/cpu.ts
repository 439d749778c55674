import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of /proc/<pid>/stat a second: fixed on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
/** Fields after the program's name, from 0: parent, and processor time of the process and of its ended children. */
const PARENT = 1;
const TIMES = [11, 12, 13, 14] as const;

function statOf(pid: string): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

/** Processor seconds used so far by a process and its children, ended ones included; 0 where there is no /proc. */
export function processorSeconds(pid: number): number {
  let pids: readonly string[];
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return 0;
  }
  const own = String(pid);
  const family = pids.map((name) => ({ name, stat: statOf(name) }));
  const ticks = family
    .filter(({ name, stat }) => name === own || stat[PARENT] === own)
    .flatMap(({ stat }) => TIMES.map((field) => Number(stat[field] ?? 0)));
  return ticks.reduce((sum, value) => sum + value, 0) / TICKS_PER_SECOND;
}

/** Processor time between two moments: what stays comparable when others share the machine. */
export interface CpuMeter {
  /** Processor microseconds since the meter was made, of this process and of the server. */
  read(): { readonly nodeUs: number; readonly serverUs: number };
}

export function cpuMeter(serverPid: number): CpuMeter {
  const node = process.cpuUsage();
  const server = processorSeconds(serverPid);
  return {
    read: () => {
      const { user, system } = process.cpuUsage(node);
      return { nodeUs: user + system, serverUs: (processorSeconds(serverPid) - server) * 1_000_000 };
    },
  };
}
