import { makeOperations, type Operation } from './workload';

const COUNT = 50_000;
const operations = makeOperations({ count: COUNT, accounts: 10_000, seed: 1 });

/** Operations by id, in order: more than one where an id is used again. */
const byId = Map.groupBy(operations, (operation) => operation.id);

function share(of: readonly unknown[]): number {
  return of.length / COUNT;
}

describe('the common workload', () => {
  test('is the same for the same seed, another for another', () => {
    expect(makeOperations({ count: 1_000, accounts: 10, seed: 7 })).toEqual(
      makeOperations({ count: 1_000, accounts: 10, seed: 7 }),
    );
    expect(makeOperations({ count: 1_000, accounts: 10, seed: 8 })).not.toEqual(
      makeOperations({ count: 1_000, accounts: 10, seed: 7 }),
    );
  });

  test('repeats 1 % exactly, and 0.1 % of the ids with other content', () => {
    const again = [...byId.values()].flatMap(([first, ...others]) =>
      others.map((other) => ({ exact: JSON.stringify(first) === JSON.stringify(other) })),
    );
    expect(share(again.filter(({ exact }) => exact))).toBeCloseTo(0.01, 2);
    expect(share(again.filter(({ exact }) => !exact))).toBeCloseTo(0.001, 3);
  });

  test('ends a hold once, by capture or release, long after it was placed and on its account', () => {
    const holds = operations.filter((operation) => operation.kind === 'hold');
    const ends = operations.filter(({ kind }) => kind === 'capture' || kind === 'release');
    expect(share(holds)).toBeCloseTo(0.05, 1);
    const placed = new Map(holds.map((hold) => [hold.holdId, operations.indexOf(hold)]));
    for (const end of ends.slice(0, 100)) {
      const at = placed.get((end as Extract<Operation, { holdId: string }>).holdId) ?? Infinity;
      expect(operations[at]).toMatchObject({ account: end.account });
      expect(operations.indexOf(end) - at).toBeGreaterThan(4_000);
    }
  });

  test('touches one account when it is hot', () => {
    const hot = makeOperations({ count: 10_000, accounts: 1, seed: 1 });
    expect(new Set(hot.map(({ account }) => account))).toEqual(new Set([0]));
  });
});
