import { decodeAccount, encodeAccount } from './account-codec';
import { lotsOf } from './account-reads';
import { DAY_US, LedgerOfOne } from './test/ledger-of-one';
import { Random } from './test/model/random';
import { smallRules } from './test/small-rules';

const NOW_US = BigInt(Date.UTC(2026, 10, 23, 4)) * 1000n;

describe('an account in pages', () => {
  it('comes back from the pages that each change wrote, and leaves none behind', () => {
    const ledger = new LedgerOfOne(smallRules(), NOW_US);
    const random = new Random(7);
    const pages = new Map<number, Buffer>();
    let head = Buffer.alloc(0) as Buffer;
    let most = 0;
    for (let count = 0; count < 900; count += 1) {
      const before = ledger.account;
      const expiresAtUs = NOW_US + random.big(20, 300) * DAY_US;
      const of = {
        asset: 'POINT',
        amount: 10n,
        from: 'goodwill',
        origin: 'g',
        reason: 'r',
        restriction: '',
        priority: 0,
      };
      const id = {
        holdId: `h${String(count)}`,
        redemptionId: 'r',
        sku: 'gpu.t4',
        expiresAtUs: ledger.nowUs + DAY_US,
      };
      if (random.chance(0.8)) ledger.record({ type: 'award', ...of, expiresAtUs, pendingUntilUs: 0n });
      else
        ledger.record({
          type: 'place-hold',
          ...id,
          amounts: [{ asset: 'POINT', amount: random.big(1, 300) }],
        });
      if (random.chance(0.1)) ledger.wait(2n * DAY_US);
      const packed = encodeAccount(ledger.account, before);
      for (const { pageNo, bytes } of packed.pages) {
        if (bytes === null) expect(pages.delete(pageNo)).toBe(true);
        else pages.set(pageNo, bytes);
      }
      head = packed.bytes;
      most = Math.max(most, pages.size);
      if (random.chance(0.05)) ledger.account = decodeAccount(head, pages);
    }
    const back = decodeAccount(head, pages);
    expect([...lotsOf(back)]).toEqual([...lotsOf(ledger.account)]);
    expect(most).toBeGreaterThan(3);
    const whole = encodeAccount(back);
    expect(whole.bytes).toEqual(head);
    expect(new Map(whole.pages.map(({ pageNo, bytes }) => [pageNo, bytes]))).toEqual(
      new Map([...pages].sort(([one], [other]) => one - other)),
    );
  });
});
