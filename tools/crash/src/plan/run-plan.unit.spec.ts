import { COMMITTER_POINTS, RELAY_POINTS } from '@kuda/event-store';
import { KINDS, WEIGHTS } from './kinds';
import { planRun } from './run-plan';

const SEEDS = Array.from({ length: 400 }, (_, seed) => seed);

describe('the plan of a run', () => {
  test('is made of its seed alone', () => {
    for (const seed of [0, 1, 17, 2 ** 31 - 1]) expect(planRun(seed)).toEqual(planRun(seed));
    expect(planRun(1)).not.toEqual(planRun(2));
  });

  test('brings up every kind as often as its weight says, and every point', () => {
    const plans = SEEDS.map((seed) => planRun(seed));
    const sum = KINDS.reduce((total, kind) => total + WEIGHTS[kind], 0);
    for (const kind of KINDS) {
      const share = plans.filter((plan) => plan.kind === kind).length / plans.length;
      expect(share).toBeGreaterThan(WEIGHTS[kind] / sum / 2);
      expect(share).toBeLessThan((WEIGHTS[kind] / sum) * 2);
    }
    const points = new Set(plans.flatMap(({ kills }) => kills.map(({ point }) => point)));
    expect([...points].toSorted()).toEqual([...COMMITTER_POINTS, ...RELAY_POINTS].toSorted());
  });

  test('sends commands of every fate', () => {
    const fates = new Set<string>();
    for (const { items } of planRun(3, 'poison').feeds) {
      for (const item of items) fates.add(item.kind === 'command' ? item.fate : item.kind);
    }
    expect([...fates].toSorted()).toEqual(['conflict', 'faulted', 'other', 'recorded', 'repeated']);
  });
});
