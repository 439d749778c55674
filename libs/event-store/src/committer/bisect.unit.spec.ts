import { bisect } from './bisect';

const culprits = new Set([3, 11, 12]);

function isolationOf(done: number[], faults: number[], runs: { count: number }) {
  return {
    run: (items: readonly number[]) => {
      runs.count += 1;
      if (items.some((item) => culprits.has(item))) return Promise.reject(new Error('data'));
      done.push(...items);
      return Promise.resolve();
    },
    isolatable: (error: unknown) => error instanceof Error && error.message === 'data',
    culprit: (item: number) => {
      faults.push(item);
      return Promise.resolve();
    },
    done: (item: number) => done.includes(item) || faults.includes(item),
  };
}

describe('bisecting a batch', () => {
  const items = Array.from({ length: 16 }, (_, index) => index);

  test('finds the culprits and does the rest, in order, in few runs', async () => {
    const [done, faults, runs]: [number[], number[], { count: number }] = [[], [], { count: 0 }];
    await bisect(items, isolationOf(done, faults, runs));
    expect(faults).toEqual([3, 11, 12]);
    expect(done).toEqual(items.filter((item) => !culprits.has(item)));
    expect(runs.count).toBeLessThan(24);
  });

  test('a failure of the world is nobody’s fault', async () => {
    const faults: number[] = [];
    const isolation = {
      ...isolationOf([], faults, { count: 0 }),
      run: () => Promise.reject(new Error('away')),
    };
    await expect(bisect(items, isolation)).rejects.toThrow('away');
    expect(faults).toEqual([]);
  });

  test('nothing overtakes an item that needs another run', async () => {
    const done: number[] = [];
    const isolation = {
      ...isolationOf(done, [], { count: 0 }),
      run: (some: readonly number[]) => {
        if (some.length > 8) return Promise.reject(new Error('data'));
        done.push(...some.slice(0, 5));
        return Promise.resolve();
      },
    };
    await bisect(items, isolation);
    expect(done).toEqual([0, 1, 2, 3, 4]);
  });
});
