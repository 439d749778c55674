import type { RuleEvent } from '@kuda/rules';
import { isDeepStrictEqual } from 'node:util';
import type { Bench, BenchOptions, BenchResult, Measurement } from '../../frame/bench';
import { medianRun } from '../../frame/median';
import { PEER_RULES } from './json-rules.rules';
import { jsonRulesEngine } from './json-rules.system';
import { backtest, ledgerDecisions, shippedRules } from './kuda.system';
import { storedEvents } from './stored-events';
import type { PaidByRule, RulesSystem } from './system';

const DEFAULT_SECONDS = 3;
const DEFAULT_RUNS = 3;
const MS_PER_SECOND = 1_000;
const US_PER_SECOND = 1_000_000;
/** Issue 6: what the back-test has to hold on one core. Events a second. */
const LEAST_EVENTS_PER_SECOND = 100_000;

const STREAMS = ['activity-events', 'activity-all-rules'] as const;

/** Decisions of the whole rule set over stored events, beside json-rules-engine with the rules it can express. */
export const rulesBench: Bench = {
  name: 'rules',
  summary: 'events decided a second on one core, beside json-rules-engine with the rules it can express',
  async run(options) {
    const [all, some] = [shippedRules(), shippedRules(new Set(PEER_RULES.map(({ id }) => id)))];
    const rows: Row[] = [];
    for (const stream of STREAMS) {
      const events = storedEvents(stream);
      const on = { events, options };
      rows.push(await measure(backtest(all, 'as a back-test decides'), `${stream}, all rules`, on));
      rows.push(await measure(ledgerDecisions(all), `${stream}, all rules, described`, on));
      const subset = `${stream}, ${String(some.versions.length)} rules`;
      const ours = await measure(backtest(some, 'as a back-test decides'), subset, on);
      const peer = await measure(jsonRulesEngine(), subset, on);
      // A fast wrong answer is no result.
      if (!isDeepStrictEqual(sorted(ours.paid), sorted(peer.paid)))
        throw new Error(
          `${subset}: ours paid ${JSON.stringify(ours.paid)}, the peer ${JSON.stringify(peer.paid)}`,
        );
      rows.push(ours, peer);
    }
    return resultOf(rows);
  },
};

interface Row {
  readonly measurement: Measurement;
  readonly paid: PaidByRule;
}

interface On {
  readonly events: readonly RuleEvent[];
  readonly options: BenchOptions;
}

/** The median of runs; a run is as many whole passes as fit into its seconds, after one pass that is not measured. */
async function measure(system: RulesSystem, workload: string, { events, options }: On): Promise<Row> {
  options.say(`${system.name}: ${workload}`);
  const paid = await system.pass(events);
  const runs: Measurement[] = [];
  for (let run = 0; run < (options.runs ?? DEFAULT_RUNS); run += 1) {
    const { rate, cpuRate } = await rateOf(system, events, options.seconds ?? DEFAULT_SECONDS);
    const note = `${system.note}; ${String(Math.round(cpuRate))} events per second of processor time`;
    const about = { system: system.name, workload, note };
    runs.push({ ...about, ops_per_second: rate, p50_ms: null, p99_ms: null });
  }
  return { measurement: medianRun(runs), paid };
}

interface Rates {
  /** Events a second by the clock. */
  readonly rate: number;
  /** Events a second of processor time, collecting garbage included: what others on the machine take counts less. */
  readonly cpuRate: number;
}

async function rateOf(system: RulesSystem, events: readonly RuleEvent[], seconds: number): Promise<Rates> {
  const began = performance.now();
  const beganCpu = process.cpuUsage();
  let decided = 0;
  do {
    await system.pass(events);
    decided += events.length;
  } while (performance.now() - began < seconds * MS_PER_SECOND);
  const { user, system: kernel } = process.cpuUsage(beganCpu);
  return {
    rate: (decided * MS_PER_SECOND) / (performance.now() - began),
    cpuRate: (decided * US_PER_SECOND) / (user + kernel),
  };
}

function sorted(paid: PaidByRule): readonly (readonly [string, number])[] {
  return Object.entries(paid).sort(([left], [right]) => (left < right ? -1 : 1));
}

function resultOf(rows: readonly Row[]): BenchResult {
  const results = rows.map(({ measurement }) => measurement);
  const peers = results.filter(({ system }) => system !== 'kuda');
  const ratios = peers.map((peer) => {
    const ours = results.find(({ system, workload }) => system === 'kuda' && workload === peer.workload);
    return [
      `kuda / ${peer.system}: ${peer.workload}`,
      (ours?.ops_per_second ?? 0) / peer.ops_per_second,
    ] as const;
  });
  const limits = results
    .filter(({ workload }) => workload.endsWith('all rules'))
    .map(({ workload, ops_per_second }) => ({
      what: `events a second: ${workload}`,
      measured: ops_per_second,
      at: 'least' as const,
      bound: LEAST_EVENTS_PER_SECOND,
    }));
  const audit = peers.map(({ workload }) => `${workload}: both paid the same by rule`);
  return { results, ratios: Object.fromEntries(ratios), limits, servers: {}, audit };
}
