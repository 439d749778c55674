import { KINDS, MEANING, type Kind } from './plan/kinds';
import { Laboratory, type RunResult } from './run/laboratory';

const DEFAULT_RUNS = 200;
const PROGRESS_EVERY = 10;
const SEED_LIMIT = 2 ** 31;

interface Wanted {
  readonly runs: number;
  readonly firstSeed: number;
  readonly kind: Kind | undefined;
}

/** `SEED=` replays one run, `RUNS=` says how many, `KIND=` what is done to each. */
function readWanted({ SEED, RUNS, KIND }: NodeJS.ProcessEnv): Wanted {
  const kind = KINDS.find((known) => known === KIND);
  if (KIND !== undefined && kind === undefined) throw new Error(`KIND is one of ${KINDS.join(', ')}`);
  const runs = Number(RUNS ?? (SEED === undefined ? DEFAULT_RUNS : 1));
  const firstSeed = SEED === undefined ? Math.floor(Math.random() * SEED_LIMIT) : Number(SEED);
  if (!Number.isSafeInteger(runs) || !Number.isSafeInteger(firstSeed))
    throw new Error('RUNS and SEED are integers');
  return { runs, firstSeed, kind };
}

function replay({ plan }: RunResult, kind: Kind | undefined): string {
  return `${kind === undefined ? '' : `KIND=${kind} `}SEED=${String(plan.seed)} npm run test:crash`;
}

function report(results: readonly RunResult[]): void {
  console.log('\nkind              runs  failed  lives  entries  s a run');
  for (const kind of KINDS) {
    const own = results.filter(({ plan }) => plan.kind === kind);
    if (own.length === 0) continue;
    const sum = (of: (result: RunResult) => number): number => own.reduce((total, one) => total + of(one), 0);
    const failed = own.filter(({ findings }) => findings.length > 0).length;
    const seconds = sum(({ durationMs }) => durationMs) / own.length / 1_000;
    const columns = [own.length, failed, sum(({ lives }) => lives), sum(({ entries }) => entries)];
    const text = columns.map((column, index) => String(column).padStart([6, 8, 7, 9][index] ?? 0)).join('');
    console.log(`${kind.padEnd(16)}${text}${seconds.toFixed(2).padStart(9)}   ${MEANING[kind]}`);
  }
  const points = new Map<string, number>();
  for (const point of results.flatMap(({ killedAt }) => killedAt))
    points.set(point, (points.get(point) ?? 0) + 1);
  const kills = [...points].toSorted(([one], [other]) => one.localeCompare(other));
  console.log(`\nkills by point: ${kills.map(([point, count]) => `${point} ${String(count)}`).join(', ')}`);
}

async function main(): Promise<void> {
  const wanted = readWanted(process.env);
  const laboratory = await Laboratory.open();
  const results: RunResult[] = [];
  const startedAt = performance.now();
  try {
    for (let index = 0; index < wanted.runs; index += 1) {
      const result = await laboratory.execute(wanted.firstSeed + index, wanted.kind);
      results.push(result);
      if (result.findings.length > 0) {
        console.log(`\nFAILED ${result.plan.kind}; again with: ${replay(result, wanted.kind)}`);
        for (const finding of result.findings) console.log(`  ${finding}`);
      }
      const seconds = (performance.now() - startedAt) / 1_000;
      if ((index + 1) % PROGRESS_EVERY === 0) {
        console.log(`${String(index + 1)} of ${String(wanted.runs)} runs, ${seconds.toFixed(0)} s`);
      }
    }
  } finally {
    await laboratory.close();
  }
  report(results);
  const failed = results.filter(({ findings }) => findings.length > 0).length;
  const seconds = (performance.now() - startedAt) / 1_000;
  const from = `seeds ${String(wanted.firstSeed)} to ${String(wanted.firstSeed + wanted.runs - 1)}`;
  console.log(`${String(results.length)} runs, ${String(failed)} failed, ${seconds.toFixed(0)} s, ${from}`);
  process.exitCode = failed === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
