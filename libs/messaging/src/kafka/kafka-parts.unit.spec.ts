import { TOPICS } from '@kuda/contracts';
import { aTopic, numbered } from '../test/bus-fixture';
import { intoRequests } from './kafka.publisher';
import { differences } from './kafka.topics';

describe('intoRequests', () => {
  it('keeps a usual call whole', () => {
    expect(intoRequests(numbered('t', 5_000))).toHaveLength(1);
  });

  it('cuts by size and by number, in order, and lets one large record through', () => {
    const large = { topic: 't', key: 'k', value: Buffer.alloc(3_500_000), headers: {} };
    const messages = [...numbered('t', 2), large, ...numbered('t', 20_001)];
    const requests = intoRequests(messages);
    expect(requests.map((request) => request.length)).toEqual([2, 1, 10_000, 10_000, 1]);
    expect(requests.flat()).toEqual(messages);
    expect(intoRequests([])).toEqual([]);
  });
});

describe('differences', () => {
  const settings = (compression: string): ReadonlyMap<string, string> =>
    new Map([
      ['cleanup.policy', 'delete'],
      ['compression.type', compression],
    ]);

  it.each(['uncompressed', 'gzip'])('accepts compression %s', (compression) => {
    expect(differences(aTopic(2), 2, settings(compression))).toEqual([]);
  });

  it.each(['producer', 'zstd', 'lz4', 'snappy'])(
    'refuses compression %s, which the client cannot read',
    (compression) => {
      expect(differences(aTopic(2), 2, settings(compression))).toHaveLength(1);
    },
  );

  it('names a wrong clean-up policy', () => {
    const found = differences(TOPICS.ledgerBalances, TOPICS.ledgerBalances.partitions, settings('gzip'));
    expect(found).toEqual(['ledger.balances.v1 has cleanup.policy delete, not compact']);
  });
});
