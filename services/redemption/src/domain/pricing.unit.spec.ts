import { pointsCost, splitFunding } from './pricing';
import { gpuSeconds, HOUR, points } from '../test/builders';

describe('pricing', () => {
  it.each([
    {
      name: 'eight hours of one A100 are exactly 120 points',
      price: 15_000n,
      gpus: 1,
      seconds: 28_800n,
      cost: 120_000n,
    },
    { name: 'one hour of one T4 is 3 points', price: 3_000n, gpus: 1, seconds: 3_600n, cost: 3_000n },
    { name: 'one second is rounded down to the milli-point', price: 5_000n, gpus: 1, seconds: 1n, cost: 1n },
    { name: 'the rounding is of the whole, not of each GPU', price: 5_000n, gpus: 3, seconds: 1n, cost: 4n },
    { name: 'three H100 for a day', price: 30_000n, gpus: 3, seconds: 86_400n, cost: 2_160_000n },
    { name: 'nothing run costs nothing', price: 30_000n, gpus: 3, seconds: 0n, cost: 0n },
  ])('$name', ({ price, gpus, seconds, cost }) => {
    expect(pointsCost(price, gpus, seconds)).toBe(cost);
  });

  const t4 = { gpuCount: 1, durationSeconds: HOUR, milliPointsPerHour: 3_000n };

  it('pays one T4 hour with 3,600 welcome seconds and no points', () => {
    const split = splitFunding({ ...t4, funding: 'hours_first', availableGpuSeconds: 18_000n });
    expect(split.price).toEqual([gpuSeconds(3_600n)]);
    expect(split.wholeByHours).toBe(true);
  });

  it('pays the seconds that no hours are left for in points', () => {
    const split = splitFunding({ ...t4, funding: 'hours_first', availableGpuSeconds: 1_800n });
    expect(split.price).toEqual([gpuSeconds(1_800n), points(1_500n)]);
    expect(split.wholeByHours).toBe(false);
  });

  it('leaves the hours alone when asked for points only', () => {
    const split = splitFunding({ ...t4, funding: 'points_only', availableGpuSeconds: 18_000n });
    expect(split.price).toEqual([points(3_000n)]);
  });

  it('spends no hours on more than one GPU at a time', () => {
    const split = splitFunding({ ...t4, gpuCount: 2, funding: 'hours_first', availableGpuSeconds: 18_000n });
    expect(split.price).toEqual([points(6_000n)]);
  });
});
