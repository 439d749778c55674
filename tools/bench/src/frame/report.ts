import Table from 'cli-table3';
import type { Bench, BenchResult, Limit, Measurement } from './bench';
import type { Machine } from './machine';
import { rounded } from './median';

/** Everything that is said of one run of a bench. */
export interface Report {
  readonly bench: Bench;
  readonly machine: Machine;
  readonly command: string;
  readonly result: BenchResult;
}

/** One line: what a program reads. */
export function jsonLine({ bench, machine, command, result }: Report): string {
  const results = result.results.map((row) => ({
    ...row,
    ops_per_second: rounded(row.ops_per_second),
    p50_ms: row.p50_ms === null ? null : rounded(row.p50_ms),
    p99_ms: row.p99_ms === null ? null : rounded(row.p99_ms),
  }));
  const ratios = Object.fromEntries(
    Object.entries(result.ratios).map(([name, value]) => [name, rounded(value)]),
  );
  const limits = result.limits.map((limit) => ({ ...limit, met: isMet(limit) }));
  const { servers, audit } = result;
  const told = { machine: { ...machine, ...servers }, command, results, ratios, limits, audit: audit ?? [] };
  return JSON.stringify({ name: bench.name, ...told });
}

/** What people read. */
export function tables({ bench, machine, command, result }: Report): string {
  const about = Object.entries({ ...machine, ...result.servers }).map(([name, value]) => `${name} ${value}`);
  return [
    `${bench.name}: ${bench.summary}`,
    about.join(', '),
    `$ ${command}`,
    draw(['system', 'workload', 'ops/s', 'p50 ms', 'p99 ms', 'note'], result.results.map(rowOf)),
    draw(
      ['ratio', 'value'],
      Object.entries(result.ratios).map(([name, value]) => [name, value.toFixed(2)]),
    ),
    draw(['limit', 'measured', 'bound', ''], result.limits.map(limitRow)),
    ...(result.audit ?? []).map((line) => `audit: ${line}`),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function isMet({ measured, at, bound }: Limit): boolean {
  return at === 'least' ? measured >= bound : measured <= bound;
}

function rowOf(row: Measurement): readonly string[] {
  const latencies = [row.p50_ms, row.p99_ms].map((value) => (value === null ? '' : value.toFixed(2)));
  return [row.system, row.workload, amount(row.ops_per_second), ...latencies, row.note ?? ''];
}

function limitRow(limit: Limit): readonly string[] {
  const bound = `${limit.at === 'least' ? '≥' : '≤'} ${amount(limit.bound)}`;
  return [limit.what, amount(limit.measured), bound, isMet(limit) ? 'met' : 'missed'];
}

function amount(value: number): string {
  return rounded(value).toLocaleString('en-US');
}

function draw(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  for (const row of rows) table.push([...row]);
  return table.toString();
}
