import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';

/** What a number was measured on; without it the number says nothing. */
export interface Machine {
  readonly cores: number;
  readonly memory_gib: number;
  readonly cpu: string;
  readonly os: string;
  readonly node: string;
  /** Of the minute before the bench began: well above 0 means that others were at work. */
  readonly load_average: number;
}

const BYTES_PER_GIB = 1024 ** 3;

export function describeMachine(): Machine {
  return {
    cores: availableParallelism(),
    memory_gib: Math.round(totalmem() / BYTES_PER_GIB),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    os: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    load_average: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}
