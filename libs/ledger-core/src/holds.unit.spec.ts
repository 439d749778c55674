import type { Decided } from './record';
import { lotsOf } from './account-reads';
import { REFUSAL_TEXTS, type RefusalReason } from './refusals';
import { DAY_US, HOUR_US, LedgerOfOne } from './test/ledger-of-one';
import { shippedRules } from './test/shipped-rules';

const NOW_US = BigInt(Date.UTC(2026, 10, 23, 4)) * 1000n;
const POINTS = (amount: bigint) => [{ asset: 'POINT', amount }];
const rules = shippedRules();

/** A user with two lots of 2 points, one a day apart. */
function twoLots(): LedgerOfOne {
  const ledger = new LedgerOfOne(rules, NOW_US);
  ledger.activity('session.login', NOW_US, {});
  ledger.wait(DAY_US);
  ledger.activity('session.login', ledger.nowUs, {});
  return ledger;
}

function hold(ledger: LedgerOfOne, holdId: string, amount: bigint, life = DAY_US): Decided {
  const expiresAtUs = ledger.nowUs + life;
  return ledger.run({
    type: 'place-hold',
    holdId,
    redemptionId: `r-${holdId}`,
    sku: 'gpu.t4',
    amounts: POINTS(amount),
    expiresAtUs,
  });
}

function refusedWith(decided: Decided, reason: RefusalReason): void {
  expect(decided.body).toMatchObject({
    case: 'commandRefused',
    value: { code: REFUSAL_TEXTS[reason].code, reason },
  });
  expect(decided.entries).toEqual([]);
}

describe('a hold', () => {
  it('reserves the lots that expire first', () => {
    const ledger = twoLots();
    const placed = hold(ledger, 'h', 3_000n);
    expect(placed.body).toMatchObject({
      value: {
        lots: [
          { lotId: 'lot-1.1', amount: 2_000n },
          { lotId: 'lot-2.1', amount: 1_000n },
        ],
      },
    });
    expect([...lotsOf(ledger.account)].map((lot) => [lot.id, lot.remaining])).toEqual([['lot-2.1', 1_000n]]);
  });

  it('gives the rest back to the lots it came from, with their expiry, when it is settled', () => {
    const ledger = twoLots();
    const before = [...lotsOf(ledger.account)];
    hold(ledger, 'h', 3_000n);
    ledger.run({ type: 'settle-hold', holdId: 'h', captured: POINTS(500n), reason: 'used' });
    const [first, second] = before;
    expect([...lotsOf(ledger.account)]).toEqual([{ ...first, remaining: 1_500n }, second]);
  });

  it('moves a near expiry out to 14 days after a fault of the platform', () => {
    const ledger = new LedgerOfOne(rules, NOW_US);
    const data = { person_key: 'p', verified: true };
    ledger.activity('account.registered', NOW_US, data, { personKeyFirst: true });
    ledger.wait(20n * DAY_US);
    const amounts = [{ asset: 'GPU_SECOND/any', amount: 3600n }];
    const expiresAtUs = ledger.nowUs + DAY_US;
    ledger.run({ type: 'place-hold', holdId: 'h', redemptionId: 'r', sku: 'gpu.t4', amounts, expiresAtUs });
    ledger.run({ type: 'settle-hold', holdId: 'h', captured: [], reason: 'platform_fault' });
    expect(lotsOf(ledger.account).next().value?.expiresAtUs).toBe(ledger.nowUs + 14n * DAY_US);
  });

  it('ends by its own entry when ledger time has passed its expiry', () => {
    const ledger = twoLots();
    hold(ledger, 'h', 3_000n, HOUR_US);
    ledger.wait(HOUR_US);
    expect(ledger.records.at(-1)?.body).toMatchObject({ case: 'holdReleased', value: { reason: 'expired' } });
    expect(ledger.available('POINT')).toBe(4_000n);
    refusedWith(
      ledger.run({ type: 'settle-hold', holdId: 'h', captured: [], reason: 'used' }),
      'hold_closed',
    );
  });

  it('takes all its amounts or none', () => {
    const ledger = twoLots();
    const amounts = [...POINTS(1_000n), { asset: 'GPU_SECOND/any', amount: 1n }];
    const expiresAtUs = ledger.nowUs + DAY_US;
    const refused = ledger.run({
      type: 'place-hold',
      holdId: 'h',
      redemptionId: 'r',
      sku: 's',
      amounts,
      expiresAtUs,
    });
    refusedWith(refused, 'insufficient_available');
    expect(ledger.available('POINT')).toBe(4_000n);
  });

  it('is refused with the first reason of the table that holds', () => {
    const ledger = twoLots();
    hold(ledger, 'h', 1_000n);
    refusedWith(hold(ledger, 'h', 0n, 0n), 'hold_exists');
    refusedWith(hold(ledger, 'h2', 0n, 0n), 'amounts_invalid');
    refusedWith(hold(ledger, 'h2', 9_000n, 0n), 'expiry_invalid');
    refusedWith(hold(ledger, 'h2', 9_000n, 15n * DAY_US), 'expiry_invalid');
    refusedWith(hold(ledger, 'h2', 9_000n), 'insufficient_available');
    for (let index = 0; index < 15; index += 1) hold(ledger, `x${String(index)}`, 1n);
    refusedWith(hold(ledger, 'h2', 9_000n), 'too_many_holds');
  });

  it('cannot be captured beyond what it has, nor twice', () => {
    const ledger = twoLots();
    hold(ledger, 'h', 1_000n);
    const settle = (amounts: readonly { asset: string; amount: bigint }[], holdId = 'h') =>
      ledger.run({ type: 'settle-hold', holdId, captured: amounts, reason: 'used' });
    refusedWith(settle(POINTS(1n), 'unknown'), 'hold_unknown');
    refusedWith(settle(POINTS(-1n)), 'capture_invalid');
    refusedWith(settle([...POINTS(1n), ...POINTS(1n)]), 'capture_invalid');
    refusedWith(settle(POINTS(1_001n)), 'capture_exceeds_held');
    refusedWith(settle([{ asset: 'GPU_SECOND/any', amount: 1n }]), 'capture_exceeds_held');
    expect(settle(POINTS(1_000n)).body.case).toBe('holdSettled');
    refusedWith(settle(POINTS(1n)), 'hold_closed');
    refusedWith(ledger.run({ type: 'release-hold', holdId: 'h', reason: 'cancelled' }), 'hold_closed');
  });
});
