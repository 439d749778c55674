import { influenceAt, weightAt } from './half-life';

const DAY_US = 86_400_000_000n;
const HALF_LIFE_US = 180n * DAY_US;
const EPOCH_US = BigInt(Date.UTC(2026, 0, 1)) * 1000n;
const ONE = 1n << 64n;

describe('weights of influence', () => {
  it.each([
    [0n, ONE],
    [HALF_LIFE_US, ONE * 2n],
    [10n * HALF_LIFE_US, ONE * 1024n],
    [-HALF_LIFE_US, ONE / 2n],
  ])('double with every half-life: %d µs after the epoch', (since, weight) => {
    expect(weightAt(EPOCH_US + since, HALF_LIFE_US)).toBe(weight);
  });

  it('follow the power of two in between, and never fall', () => {
    let before = 0n;
    for (let day = -400n; day < 4_000n; day += 37n) {
      const weight = weightAt(EPOCH_US + day * DAY_US, HALF_LIFE_US);
      const exact = 2 ** (Number(day) / 180);
      expect(Math.abs(Number(weight) / 2 ** 64 / exact - 1)).toBeLessThan(1e-11);
      expect(weight).toBeGreaterThan(before);
      before = weight;
    }
  });

  it('leave half of a credit after one half-life, whenever it was made', () => {
    const atUs = EPOCH_US + 77n * DAY_US;
    const score = 20_000n * weightAt(atUs, HALF_LIFE_US);
    expect(influenceAt(score, atUs, HALF_LIFE_US)).toBe(20_000n);
    expect(influenceAt(score, atUs + HALF_LIFE_US, HALF_LIFE_US)).toBe(10_000n);
  });
});
