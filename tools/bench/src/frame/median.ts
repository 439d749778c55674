import type { Measurement } from './bench';

/** The middle value; of an even number the lower of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new RangeError('a median of nothing');
  return middle;
}

/** The run whose rate is the median one: its rate and its latencies belong together. */
export function medianRun<Run extends Pick<Measurement, 'ops_per_second'>>(runs: readonly Run[]): Run {
  const rate = median(runs.map((run) => run.ops_per_second));
  const run = runs.find((candidate) => candidate.ops_per_second === rate);
  if (run === undefined) throw new RangeError('a median of nothing');
  return run;
}

/** Rounded to `digits` significant digits. */
export function rounded(value: number, digits = 4): number {
  return Number(value.toPrecision(digits));
}
