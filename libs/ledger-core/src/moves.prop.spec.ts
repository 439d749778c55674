import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { packMoves } from './moves';
import type { Entry } from './record';

/** As the contract tells it: the accounts with amounts, in the order of their bits. */
const ACCOUNTS = ['available', 'pending', 'held', 'debt'];

function codeOf(asset: string): string {
  return createHash('sha256').update(asset).digest('hex').slice(0, 8);
}

/** Sums by asset code and account, read from the end as SQL does; those of 0 are left out. */
function unpack(moves: Buffer): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>();
  const [width = 0, accounts = 0, parts = 0] = moves.subarray(-3);
  expect(moves.length).toBe(parts === 0 ? 8 : parts * width);
  for (let end = moves.length; parts > 0 && end > 0; end -= width) {
    expect([...moves.subarray(end - 4, end)]).toEqual([0, width, accounts, parts]);
    let at = end - 8;
    const code = moves.subarray(at, at + 4).toString('hex');
    for (const [bit, account] of ACCOUNTS.entries()) {
      if ((accounts & (1 << bit)) === 0) continue;
      at -= 8;
      const sum = moves.readBigInt64BE(at);
      if (sum !== 0n) sums.set(`${code} ${account}`, sum);
    }
    expect(at).toBe(end - width);
  }
  return sums;
}

const amount = fc.bigInt(-(2n ** 60n), 2n ** 60n);
const entry: fc.Arbitrary<Entry> = fc
  .record({
    account: fc.constantFrom(
      ...ACCOUNTS.map((account) => `user/7/held/${account}`),
      'issuance/daily',
      'sink/held',
    ),
    asset: fc.constantFrom('POINT', 'GPU_SECOND/any', 'GPU_SECOND/a100'),
    amount,
  })
  .map((some) => ({ ...some, lotId: '' }));

describe('what a record moved, in fixed width', () => {
  it('is the sum of its entries per asset and account of the user', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 7 }), (entries) => {
        const sums = new Map<string, bigint>();
        for (const { account, asset, amount: moved } of entries) {
          if (!account.startsWith('user/')) continue;
          const key = `${codeOf(asset)} ${account.slice(account.lastIndexOf('/') + 1)}`;
          sums.set(key, (sums.get(key) ?? 0n) + moved);
        }
        for (const [key, sum] of sums) if (sum === 0n) sums.delete(key);
        expect(unpack(packMoves(entries))).toEqual(sums);
      }),
    );
  });

  it('has up to 255 assets, and no account of a user that a fold would not know', () => {
    const moved = (count: number): Entry[] =>
      Array.from({ length: count }, (_, asset) => ({
        ...{ account: 'user/7/available', asset: String(asset), amount: 1n, lotId: '' },
      }));
    expect(unpack(packMoves(moved(255))).size).toBe(255);
    expect(() => packMoves(moved(256))).toThrow(RangeError);
    const lent: Entry = { account: 'user/7/lent', asset: 'POINT', amount: 1n, lotId: '' };
    expect(() => packMoves([lent])).toThrow(RangeError);
  });
});
