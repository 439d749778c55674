import { STEP_POSITIONS } from './limits';
import { PositionTracker } from './position-tracker';

const GRACE_MS = 100;

describe('the position of a shard', () => {
  test('stands before the first that is missing, in whatever order they come', () => {
    const tracker = PositionTracker.from([], 0n, 0);
    for (const position of [2n, 3n, 5n]) tracker.see(position, 0);
    expect(tracker.position).toBe(0n);
    tracker.see(1n, 0);
    expect(tracker.position).toBe(3n);
    tracker.see(4n, 0);
    expect(tracker.position).toBe(5n);
  });

  test('begins one step before the newest of the past, and goes on over what it has seen', () => {
    const past = Array.from({ length: 600 }, (_, index) => 1_001n + BigInt(index));
    expect(PositionTracker.from(past, 0n, 0).position).toBe(1_600n);
    const holed = past.filter((position) => position !== 1_550n);
    expect(PositionTracker.from(holed, 0n, 0).position).toBe(1_549n);
    expect(PositionTracker.from([1_600n], 0n, 0).position).toBe(1_600n - STEP_POSITIONS);
  });

  test('of a quiet shard is the snapshot’s', () => {
    expect(PositionTracker.from([], 77n, 0).position).toBe(77n);
  });

  test('goes over a hole of the past after the grace, but reports one that came since', () => {
    const tracker = PositionTracker.from([1n, 3n], 0n, 0);
    expect([tracker.missing(GRACE_MS - 1, GRACE_MS), tracker.position]).toEqual([null, 1n]);
    expect([tracker.missing(GRACE_MS, GRACE_MS), tracker.position]).toEqual([null, 3n]);
    tracker.see(5n, GRACE_MS);
    expect(tracker.missing(2 * GRACE_MS - 1, GRACE_MS)).toBeNull();
    expect(tracker.missing(2 * GRACE_MS, GRACE_MS)).toBe(4n);
    expect(tracker.position).toBe(3n);
  });
});
