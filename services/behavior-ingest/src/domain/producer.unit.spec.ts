import { forbiddenTo, ProducerDirectory, type Producer } from './producer';

function aProducer(id: string, more: Partial<Producer>): Producer {
  const base = { id, version: 1n, sources: [`/${id}`], types: ['*'], backfill: false };
  return { ...base, rate: null, enabled: true, keys: [], ...more };
}

describe('who owns a source', () => {
  const directory = new ProducerDirectory([
    aProducer('rest', { sources: ['*'] }),
    aProducer('platform', { sources: ['/platform/*'] }),
    aProducer('serving', { sources: ['/platform/serving', '/platform/serving/*'], types: ['login'] }),
    aProducer('off', { sources: ['/off'], enabled: false }),
  ]);

  it.each([
    ['/elsewhere', 'rest'],
    ['/platform', 'rest'],
    ['/platform/', 'platform'],
    ['/platform/other', 'platform'],
    ['/platform/serving', 'serving'],
    ['/platform/serving2', 'platform'],
    ['/platform/serving/eu', 'serving'],
  ])(
    '%s is of %s: an exact source before a prefix, a longer prefix before a shorter one',
    (source, owner) => {
      expect(directory.ofSource(source)?.id).toBe(owner);
      expect(directory.ofSource(source)?.id).toBe(owner);
    },
  );

  const reason = (source: string, type: string, keyOf: string | null = null): string =>
    forbiddenTo({ directory, keyOf }, { source }, type)?.pointer ?? 'permitted';

  it('decides what may be emitted: its types, by its key or none, while it is enabled', () => {
    expect(reason('/platform/serving', 'login')).toBe('permitted');
    expect(reason('/platform/serving', 'login', 'serving')).toBe('permitted');
    expect(reason('/platform/serving', 'job')).toBe('/type');
    expect(reason('/platform/serving', 'login', 'platform')).toBe('/source');
    expect(reason('/off', 'login')).toBe('/source');
    expect(
      forbiddenTo({ directory: new ProducerDirectory([]), keyOf: null }, { source: '/x' }, 'login'),
    ).toMatchObject({
      pointer: '/source',
    });
  });

  it('knows keys by their digest, until they end', () => {
    const key = { keyId: 'k', digest: 'd', createdAtUs: 0n, expiresAtUs: 10n };
    const keys = new ProducerDirectory([
      aProducer('a', { keys: [key] }),
      aProducer('b', { enabled: false, keys: [{ ...key, digest: 'e' }] }),
    ]);
    expect([keys.ofKey('d', 9n)?.id, keys.ofKey('d', 10n), keys.ofKey('e', 0n), keys.ofKey('x', 0n)]).toEqual(
      ['a', null, null, null],
    );
  });
});
