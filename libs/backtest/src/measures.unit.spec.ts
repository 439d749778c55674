import { gini, whole } from './measures';

describe('Gini coefficient', () => {
  it.each([
    [[], 0],
    [[0, 0], 0],
    [[5, 5, 5, 5], 0],
    [[0, 0, 0, 8], 0.75],
    [[3, 1], 0.25],
  ])('of %j is %d', (amounts, expected) => {
    expect(gini(amounts)).toBeCloseTo(expected, 12);
  });

  it('does not look at the order', () => {
    expect(gini([1, 9, 4])).toBe(gini([9, 4, 1]));
  });
});

describe('whole units', () => {
  it.each([
    [1500n, 1000n, 1.5],
    [18_000n, 1n, 18_000],
    [0n, 1000n, 0],
  ])('of %d at %d each', (units, unitsPerWhole, expected) => {
    expect(whole(units, unitsPerWhole)).toBe(expected);
  });
});
