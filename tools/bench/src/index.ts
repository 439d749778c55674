export type { Bench, BenchOptions, BenchResult, Limit, Measurement } from './frame/bench';
