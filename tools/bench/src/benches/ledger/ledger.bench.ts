import type { Bench, BenchOptions, BenchResult, Limit, Measurement } from '../../frame/bench';
import { medianRun } from '../../frame/median';
import { benchPostgres, type BenchPostgres } from '../../frame/servers';
import { emmettSystem } from './emmett.system';
import { kudaSystem } from './kuda.system';
import { measurable, type Measurable, type Phase } from './measure';
import { messageDbSystem } from './message-db.system';
import { plainSqlSystem } from './plain-sql.system';

const DEFAULT_SECONDS = 5;
const DEFAULT_RUNS = 3;
const ACCOUNTS = 10_000;
const IN_FLIGHT = 1_000;
const CONNECTIONS = [1, 8, 16, 32] as const;
/** How long each number of connections is tried, in seconds. */
const TRIAL_SECONDS = 1.5;
/** message-db locks a category for each write: many, and one as its documents show it. */
const CATEGORIES = [100, 1] as const;

const UNIFORM: Phase = { workload: 'uniform', accounts: ACCOUNTS, inFlight: IN_FLIGHT };
const HOT: Phase = { workload: 'hot account', accounts: 1, inFlight: IN_FLIGHT };
const LIGHT: Phase = { workload: 'light load', accounts: ACCOUNTS, inFlight: 1 };

/** Ours and its peers under the common workload, in one go, on the same server. */
export const ledgerBench: Bench = {
  name: 'ledger',
  summary: 'complete ledger commands a second, beside message-db, emmett and a transaction per command',
  run: async (options) => {
    const postgres = await benchPostgres(options);
    const ours = await measureOurs(postgres, options);
    const peers = await measurePeers(postgres, options);
    return resultOf(postgres, ours, peers);
  },
};

interface Around {
  readonly postgres: BenchPostgres;
  readonly options: BenchOptions;
}

interface Ours {
  readonly rows: readonly Measurement[];
  readonly audit: readonly string[];
}

async function measureOurs(postgres: BenchPostgres, options: BenchOptions): Promise<Ours> {
  const rows: Measurement[] = [];
  const audit: string[] = [];
  for (const phase of [UNIFORM, HOT, LIGHT]) {
    const runs = await runsOf(measurable(kudaSystem(postgres)), phase, { postgres, options, connections: 0 });
    const middle = medianRun(runs);
    rows.push({ system: 'kuda', ...middle.row, note: `${String(phase.inFlight)} in flight; ${middle.cpu}` });
    audit.push(...middle.audit.map((line) => `${phase.workload}: ${line}`));
  }
  return { rows, audit };
}

/** A peer gets one command in flight for each connection: its best; more would only wait in its pool. */
async function measurePeers(postgres: BenchPostgres, options: BenchOptions): Promise<readonly Measurement[]> {
  const rows: Measurement[] = [];
  const systems = [
    ...CATEGORIES.map((categories) => measurable(messageDbSystem(postgres, categories))),
    measurable(emmettSystem(postgres)),
    measurable(plainSqlSystem(postgres)),
  ];
  for (const system of systems) {
    for (const phase of [UNIFORM, HOT]) {
      const connections = await bestConnections(system, phase, { postgres, options });
      const runs = await runsOf(
        system,
        { ...phase, inFlight: connections },
        { postgres, options, connections },
      );
      const middle = medianRun(runs);
      const note = `${String(connections)} connections; ${middle.cpu}; ${system.note}`;
      rows.push({ system: system.name, ...middle.row, note });
    }
  }
  return rows;
}

async function bestConnections(
  system: Measurable,
  phase: Phase,
  { postgres, options }: Around,
): Promise<number> {
  let best: { connections: number; rate: number } = { connections: CONNECTIONS[0], rate: 0 };
  for (const connections of CONNECTIONS) {
    const trial = { ...phase, inFlight: connections };
    const seconds = Math.min(TRIAL_SECONDS, options.seconds ?? TRIAL_SECONDS);
    const { ops_per_second: rate } = await system.measure(trial, {
      seconds,
      connections,
      run: 0,
      serverPid: postgres.pid,
    });
    if (rate > best.rate) best = { connections, rate };
  }
  return best.connections;
}

async function runsOf(
  system: Measurable,
  phase: Phase,
  { postgres, options, connections }: Around & { readonly connections: number },
) {
  const runs = [];
  const seconds = options.seconds ?? DEFAULT_SECONDS;
  for (let run = 1; run <= (options.runs ?? DEFAULT_RUNS); run += 1) {
    const measured = await system.measure(phase, { seconds, connections, run, serverPid: postgres.pid });
    runs.push(measured);
    options.say(
      `${system.name}, ${phase.workload}: ${measured.ops_per_second.toFixed(0)}/s, ${measured.cpu}`,
    );
  }
  return runs;
}

function rateOf(rows: readonly Measurement[], workload: string): number {
  return Math.max(...rows.filter((row) => row.workload === workload).map((row) => row.ops_per_second));
}

function resultOf(postgres: BenchPostgres, ours: Ours, peers: readonly Measurement[]): BenchResult {
  const uniform = rateOf(ours.rows, UNIFORM.workload);
  const hot = rateOf(ours.rows, HOT.workload);
  const ratios = {
    uniform_over_best_peer: uniform / rateOf(peers, UNIFORM.workload),
    hot_over_best_peer: hot / rateOf(peers, HOT.workload),
    hot_over_uniform: hot / uniform,
  };
  const p99 = (workload: string) => ours.rows.find((row) => row.workload === workload)?.p99_ms ?? Infinity;
  const limits: readonly Limit[] = [
    { what: 'commands a second, uniform', measured: uniform, at: 'least', bound: 20_000 },
    { what: 'p99 ms at saturation', measured: p99(UNIFORM.workload), at: 'most', bound: 50 },
    { what: 'p99 ms at light load', measured: p99(LIGHT.workload), at: 'most', bound: 5 },
    { what: 'hot over uniform', measured: ratios.hot_over_uniform, at: 'least', bound: 0.9 },
    { what: 'uniform over best peer', measured: ratios.uniform_over_best_peer, at: 'least', bound: 3 },
    { what: 'hot over best peer', measured: ratios.hot_over_best_peer, at: 'least', bound: 5 },
  ];
  return { results: [...ours.rows, ...peers], ratios, limits, servers: postgres.about, audit: ours.audit };
}
