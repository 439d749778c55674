import type { RunningContainer, Segment, SegmentSource } from './session';

export const US_PER_SECOND = 1_000_000n;

/** Closes the segment of a container; an end before its start counts as its start. */
export function closeSegment(container: RunningContainer, endedAtUs: bigint, source: SegmentSource): Segment {
  return {
    ...container,
    endedAtUs: endedAtUs < container.startedAtUs ? container.startedAtUs : endedAtUs,
    source,
  };
}

/** Whole seconds of one segment, rounded down. Both stamps are of one clock, so that skew cancels. */
export function secondsOf(segment: Pick<Segment, 'startedAtUs' | 'endedAtUs'>): bigint {
  return (segment.endedAtUs - segment.startedAtUs) / US_PER_SECOND;
}

/** Whole seconds over all segments, never above what was bought: an overrun is the platform's cost. */
export function meter(segments: readonly Segment[], purchasedSeconds: bigint): bigint {
  const run = segments.reduce((sum, segment) => sum + secondsOf(segment), 0n);
  return run > purchasedSeconds ? purchasedSeconds : run;
}
