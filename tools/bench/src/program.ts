import { Command, InvalidArgumentError } from 'commander';
import type { Bench, BenchOptions } from './frame/bench';
import { describeMachine } from './frame/machine';
import { jsonLine, tables, type Report } from './frame/report';

interface Flags extends Readonly<Record<string, unknown>> {
  readonly json?: boolean;
  readonly seconds?: number;
  readonly runs?: number;
}

/** The command line: one sub-command a bench. */
export function buildProgram(benches: readonly Bench[]): Command {
  const program = new Command('bench')
    .description('Measures the parts of Kuda, and its peers beside them, on servers of its own.')
    .helpCommand(false);
  for (const bench of benches) {
    const command = program
      .command(bench.name)
      .description(bench.summary)
      .option('--json', 'one JSON object on the last line')
      .option('--seconds <n>', 'seconds of each measured phase', positive)
      .option('--runs <n>', 'measurements of each; the median counts', positive);
    for (const { name, meaning, byDefault } of bench.flags ?? []) {
      command.option(`--${name} <n>`, meaning, positive, byDefault);
    }
    command.action(async (flags: Flags) => {
      const report = await measure(bench, flags);
      process.stdout.write(`${flags.json === true ? jsonLine(report) : tables(report)}\n`);
    });
  }
  return program;
}

async function measure(bench: Bench, flags: Flags): Promise<Report> {
  const machine = describeMachine();
  const steps: (() => Promise<void>)[] = [];
  const options: BenchOptions = {
    ...(flags.seconds === undefined ? {} : { seconds: flags.seconds }),
    ...(flags.runs === undefined ? {} : { runs: Math.ceil(flags.runs) }),
    numbers: numbersOf(bench, flags),
    say: (line) => process.stderr.write(`${line}\n`),
    cleanUp: (step) => steps.push(step),
  };
  try {
    const result = await bench.run(options);
    return { bench, machine, command: commandLine(bench, flags), result };
  } finally {
    for (const step of steps.toReversed()) await step();
  }
}

function numbersOf(bench: Bench, flags: Flags): Readonly<Record<string, number>> {
  const own = bench.flags ?? [];
  return Object.fromEntries(own.map(({ name, byDefault }) => [name, Number(flags[name] ?? byDefault)]));
}

function commandLine(bench: Bench, { json, seconds, runs, ...rest }: Flags): string {
  const flags = [
    ...(json === true ? ['--json'] : []),
    ...(seconds === undefined ? [] : [`--seconds ${String(seconds)}`]),
    ...(runs === undefined ? [] : [`--runs ${String(runs)}`]),
    ...Object.entries(numbersOf(bench, rest)).map(([name, value]) => `--${name} ${String(value)}`),
  ];
  return ['npm run bench --', bench.name, ...flags].join(' ');
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('a number above 0');
  return value;
}
