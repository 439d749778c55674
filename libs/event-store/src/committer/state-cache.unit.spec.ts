import { StateCache, type CachedStream } from './state-cache';

const MANY = 1_000;

function aStream(version: bigint, bytes = 1): CachedStream<string> {
  return { version, state: `state ${String(version)}`, bytes };
}

describe('the cache of decoded states', () => {
  test('keeps what was used last, up to its capacity', () => {
    const cache = new StateCache<string>({ streams: 2, bytes: MANY });
    cache.set('a', aStream(1n));
    cache.set('b', aStream(2n));
    cache.get('a');
    cache.set('c', aStream(3n));
    expect(cache.get('a')?.version).toBe(1n);
    expect(cache.get('b')).toBeUndefined();
    expect(cache.get('c')?.version).toBe(3n);
    expect(cache.size).toBe(2);
  });

  test('keeps no more than so many bytes, whatever the number of streams', () => {
    const cache = new StateCache<string>({ streams: MANY, bytes: 100 });
    cache.set('a', aStream(1n, 40));
    cache.set('b', aStream(2n, 40));
    cache.set('a', aStream(3n, 50));
    expect([cache.size, cache.bytes]).toEqual([2, 90]);
    cache.set('c', aStream(4n, 60));
    expect([cache.size, cache.bytes]).toEqual([1, 60]);
    // One that does not fit at all is not kept: it is loaded each time.
    cache.set('d', aStream(5n, 101));
    expect([cache.size, cache.bytes]).toEqual([0, 0]);
  });

  test('a new state takes the place of the old one', () => {
    const cache = new StateCache<string>({ streams: 2, bytes: MANY });
    cache.set('a', aStream(1n));
    cache.set('a', aStream(2n));
    expect(cache.get('a')).toEqual(aStream(2n));
    expect(cache.size).toBe(1);
  });

  test('forgets single streams, or all', () => {
    const cache = new StateCache<string>({ streams: 5, bytes: MANY });
    for (const streamId of ['a', 'b', 'c']) cache.set(streamId, aStream(1n));
    cache.evict(['a', 'x']);
    expect([cache.get('a'), cache.size, cache.bytes]).toEqual([undefined, 2, 2]);
    cache.clear();
    expect([cache.size, cache.bytes]).toEqual([0, 0]);
  });
});
