import { BACKOFF_MAX_MS, BACKOFF_MIN_MS, backoffMs } from './backoff';

describe('backoffMs', () => {
  it('doubles from the least to the greatest wait and stays there', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1000].map((attempt) => backoffMs(attempt, 0.999999));
    expect(waits.slice(0, 7)).toEqual([100, 199, 399, 799, 1599, 3199, 6399]);
    expect(waits.slice(7)).toEqual([9999, 9999, 9999]);
  });

  it('spreads over the upper half and never leaves its bounds', () => {
    expect(backoffMs(4, 0)).toBe(400);
    for (let attempt = -1; attempt < 40; attempt += 1) {
      for (const random of [0, 0.3, 0.999]) {
        expect(backoffMs(attempt, random)).toBeGreaterThanOrEqual(BACKOFF_MIN_MS);
        expect(backoffMs(attempt, random)).toBeLessThanOrEqual(BACKOFF_MAX_MS);
      }
    }
  });
});
