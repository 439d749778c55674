import type { Measurement } from '../../frame/bench';
import { drive } from './drive';
import type { SystemUnderTest } from './system';
import { makeOperations } from './workload';

/** One way of loading a system. */
export interface Phase {
  readonly workload: string;
  /** 1: one hot account. */
  readonly accounts: number;
  readonly inFlight: number;
}

export interface PhaseOptions {
  readonly seconds: number;
  readonly connections: number;
  readonly run: number;
  readonly serverPid: number;
}

export interface MeasuredPhase {
  readonly ops_per_second: number;
  readonly row: Omit<Measurement, 'system'>;
  /** Processor time a command, for people. */
  readonly cpu: string;
  readonly audit: readonly string[];
}

/** More than any system here does in a second; what is too much is only prepared. */
const MOST_PER_SECOND = 60_000;
/** Of the measured time, before it: caches and compiled code. */
const WARM_UP_SHARE = 0.4;
const SEED = 20_260_101;

let databases = 0;

/** A system whose commands nobody else needs to know. */
export interface Measurable {
  readonly name: string;
  readonly note: string;
  measure(phase: Phase, options: PhaseOptions): Promise<MeasuredPhase>;
}

export function measurable<Command>(system: SystemUnderTest<Command>): Measurable {
  const { name, note } = system;
  return { name, note, measure: (phase, options) => measurePhase(system, phase, options) };
}

/** Starts the system on an empty database, drives it, audits it, closes it. */
async function measurePhase<Command>(
  system: SystemUnderTest<Command>,
  phase: Phase,
  { seconds, connections, run, serverPid }: PhaseOptions,
): Promise<MeasuredPhase> {
  databases += 1;
  const running = await system.start({ database: `bench_${String(databases)}`, connections });
  try {
    const warmUpSeconds = Math.max(seconds * WARM_UP_SHARE, 1);
    const count = Math.ceil((seconds + warmUpSeconds) * perSecond(phase));
    const operations = makeOperations({ count, accounts: phase.accounts, seed: SEED + run });
    await running.open?.(phase.accounts);
    const driven = await drive({
      next: running.prepare(operations),
      submit: (command) => running.submit(command),
      inFlight: phase.inFlight,
      warmUpSeconds,
      serverPid,
      seconds,
    });
    const audit = await running.audit();
    const { opsPerSecond, p50Ms, p99Ms } = driven;
    const row = { workload: phase.workload, ops_per_second: opsPerSecond, p50_ms: p50Ms, p99_ms: p99Ms };
    const cpu = `${driven.nodeUs.toFixed(0)} + ${driven.serverUs.toFixed(0)} µs of processor (client + server)`;
    return { ops_per_second: opsPerSecond, row, cpu, audit };
  } finally {
    await running.close();
  }
}

/** One in flight needs fewer commands made beforehand. */
function perSecond({ inFlight }: Phase): number {
  return inFlight < 100 ? MOST_PER_SECOND / 4 : MOST_PER_SECOND;
}
