import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SERVICES, startStack, type Stack } from '@kuda/local-stack';
import type { Bench, BenchOptions, BenchResult, Measurement } from '../../frame/bench';
import { processorSeconds } from '../../frame/cpu';
import { SteadyLoad, type SteadyResult } from './steady-load';

const DEFAULT_SECONDS = 60;
const RATE = 1_000;
/** Before the measured phase, so that caches and compiled code are as in service. */
const WARM_UP_SECONDS = 5;
const WARM_UP_RATE = 500;
/** The search for the highest rate: each step is so much higher and so long. */
const FIRST_STEP = 1_500;
const STEP_FACTOR = 1.25;
const MOST_STEPS = 10;
const STEP_SECONDS = 10;
/** Lag is bounded when at the end no more waits than this much of sending, in seconds. */
const MOST_LAG_SECONDS = 1;

/** The whole way with every service running: event on Kafka until the balance that it changed is on Kafka. */
export const pathBench: Bench = {
  name: 'path',
  summary: 'activity event on Kafka until its balance on ledger.balances.v1, all services running',
  run: async (options) => {
    const stateDir = await mkdtemp(join(tmpdir(), 'kuda-bench-path-'));
    options.cleanUp(() => rm(stateDir, { recursive: true, force: true }));
    const stack = await startStack({ stateDir, fresh: true, onProgress: options.say });
    options.cleanUp(() => stack.stop());
    const { load, close } = await SteadyLoad.open(stack.brokers);
    options.cleanUp(close);
    return measure(stack, load, options);
  },
};

async function measure(stack: Stack, load: SteadyLoad, options: BenchOptions): Promise<BenchResult> {
  const seconds = options.seconds ?? DEFAULT_SECONDS;
  await load.run('warm', WARM_UP_RATE, Math.min(WARM_UP_SECONDS, seconds));
  const meter = serviceMeter(stack);
  const steady = await load.run('steady', RATE, seconds);
  const processor = meter(RATE * seconds);
  options.say(`${describe(steady)}; ${processor}`);
  const highest = await highestRate(load, { options, seconds: Math.min(STEP_SECONDS, seconds), steady });
  const rows: readonly Measurement[] = [
    rowOf(`${String(RATE)} events/s for ${String(seconds)} s`, {
      ...steady,
      stages: `${steady.stages}; ${processor}`,
    }),
    rowOf('highest rate with bounded lag', highest),
  ];
  return {
    results: rows,
    ratios: { highest_rate_over_1000: highest.rate / RATE },
    limits: [{ what: 'p99 ms at 1,000 events/s', measured: steady.p99Ms, at: 'most', bound: 1_000 }],
    servers: { postgres: '18, fsync on', kafka: 'one node, acks=all' },
    audit: ['every event sent was answered by a balance of its user, none by a version too many'],
  };
}

/** Processor time of each service, from now on: where the time of an event goes when the machine is full. */
function serviceMeter(stack: Stack): (events: number) => string {
  const read = () => SERVICES.map((name) => processorSeconds(stack.service(name).pid));
  const before = read();
  return (events) => {
    const parts = read().map((seconds, index) => {
      const us = ((seconds - (before[index] ?? 0)) * 1_000_000) / events;
      return `${SERVICES[index] ?? ''} ${us.toFixed(0)}`;
    });
    return `processor µs an event: ${parts.join(', ')}`;
  };
}

/** Steps up until the lag grows; the last rate that held. */
async function highestRate(
  load: SteadyLoad,
  {
    options,
    seconds,
    steady,
  }: { readonly options: BenchOptions; readonly seconds: number; readonly steady: SteadyResult },
): Promise<SteadyResult> {
  let held = steady;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const rate = Math.round((FIRST_STEP * STEP_FACTOR ** step) / 100) * 100;
    const result = await load.run(`step${String(step)}`, rate, seconds);
    options.say(describe(result));
    if (result.backlog > rate * MOST_LAG_SECONDS) return held;
    held = result;
  }
  return held;
}

function rowOf(workload: string, { achieved, p50Ms, p99Ms, stages }: SteadyResult): Measurement {
  return { system: 'kuda', workload, ops_per_second: achieved, p50_ms: p50Ms, p99_ms: p99Ms, note: stages };
}

function describe({ rate, backlog, p50Ms, p99Ms, stages }: SteadyResult): string {
  const latency = `p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms`;
  return `${String(rate)}/s: ${latency}, ${String(backlog)} waited at the end; ${stages}`;
}
