import type { Bench, BenchResult } from './bench';
import { describeMachine } from './machine';
import { median, medianRun } from './median';
import { jsonLine, tables } from './report';

const result: BenchResult = {
  results: [
    { system: 'kuda', workload: 'uniform', ops_per_second: 20_123.456, p50_ms: 10.12345, p99_ms: null },
  ],
  ratios: { uniform_over_best_peer: 3.14159 },
  limits: [
    { what: 'rate', measured: 20_123, at: 'least', bound: 20_000 },
    { what: 'p99', measured: 60, at: 'most', bound: 50 },
  ],
  servers: { postgres: '18.4', fsync: 'on' },
  audit: ['sums are 0'],
};
const bench: Bench = { name: 'ledger', summary: 'of a test', run: () => Promise.resolve(result) };
const report = { bench, machine: describeMachine(), command: 'npm run bench -- ledger --json', result };

describe('what a bench says', () => {
  test('is one JSON object with name, machine, command, rows and ratios', () => {
    expect(JSON.parse(jsonLine(report))).toMatchObject({
      name: 'ledger',
      command: 'npm run bench -- ledger --json',
      machine: { cores: expect.any(Number) as number, postgres: '18.4', fsync: 'on' },
      results: [{ system: 'kuda', workload: 'uniform', ops_per_second: 20_120, p50_ms: 10.12, p99_ms: null }],
      ratios: { uniform_over_best_peer: 3.142 },
      limits: [
        { what: 'rate', met: true },
        { what: 'p99', met: false },
      ],
    });
    expect(jsonLine(report)).not.toContain('\n');
  });

  test('names for people what missed its limit', () => {
    expect(tables(report)).toMatch(/rate .*met/);
    expect(tables(report)).toMatch(/p99 .*missed/);
  });

  test('is the run in the middle, not a mixture of runs', () => {
    expect(median([3, 1, 2])).toBe(2);
    const runs = [1, 9, 5].map((rate) => ({ ops_per_second: rate, p50_ms: 100 / rate }));
    expect(medianRun(runs)).toEqual({ ops_per_second: 5, p50_ms: 20 });
  });
});
