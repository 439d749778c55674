import { StateCache } from './state-cache';

describe('the cache of stream states', () => {
  const at = (version: bigint) => ({ version, state: `v${String(version)}` });

  test('keeps the streams used last', () => {
    const cache = new StateCache<string>(2);
    cache.set('a', at(1n));
    cache.set('b', at(1n));
    expect(cache.get('a')).toEqual(at(1n));
    cache.set('c', at(1n));
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([at(1n), undefined, at(1n)]);
    expect(cache.size).toBe(2);
  });

  test('a newer state takes the place of the older one', () => {
    const cache = new StateCache<string>(2);
    cache.set('a', at(1n));
    cache.set('a', at(2n));
    expect([cache.get('a'), cache.size]).toEqual([at(2n), 1]);
  });

  test('forgets what it is told to', () => {
    const cache = new StateCache<string>(3);
    for (const id of ['a', 'b', 'c']) cache.set(id, at(1n));
    cache.evict(['a', 'x']);
    expect([cache.get('a'), cache.get('b')]).toEqual([undefined, at(1n)]);
    cache.clear();
    expect(cache.size).toBe(0);
  });
});
