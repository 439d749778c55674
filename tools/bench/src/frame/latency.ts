import { build, type Histogram } from 'hdr-histogram-js';

/** Latencies are kept in microseconds, with 3 significant digits, up to ten minutes. */
const HIGHEST_US = 600_000_000;
const US_PER_MS = 1_000;

/** Collects latencies of one phase. */
export class Latencies {
  private readonly histogram: Histogram = build({
    highestTrackableValue: HIGHEST_US,
    numberOfSignificantValueDigits: 3,
  });

  /** `count` operations that each took `ms`. */
  record(ms: number, count = 1): void {
    const us = Math.min(Math.max(Math.round(ms * US_PER_MS), 1), HIGHEST_US);
    this.histogram.recordValueWithCount(us, count);
  }

  get count(): number {
    return this.histogram.totalCount;
  }

  percentileMs(percentile: number): number {
    return this.histogram.getValueAtPercentile(percentile) / US_PER_MS;
  }
}
