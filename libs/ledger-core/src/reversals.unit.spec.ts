import { lotsOf } from './account-reads';
import type { Decided } from './record';
import type { RefusalReason } from './refusals';
import { DAY_US, HOUR_US, LedgerOfOne } from './test/ledger-of-one';
import { shippedRules } from './test/shipped-rules';

const NOW_US = BigInt(Date.UTC(2026, 10, 23, 4)) * 1000n;
const rules = shippedRules();

function grant(ledger: LedgerOfOne, amount: bigint, asset = 'POINT'): bigint {
  ledger.run({
    type: 'award',
    asset,
    amount,
    from: 'issuance/grant',
    origin: 'grant',
    expiresAtUs: 0n,
    pendingUntilUs: 0n,
    restriction: '',
    priority: 0,
    reason: 'r',
  });
  return ledger.account.version;
}

function spend(ledger: LedgerOfOne, holdId: string, amount: bigint, captured = amount): bigint {
  const of = { holdId, redemptionId: 'r', sku: 'gpu.t4', expiresAtUs: ledger.nowUs + DAY_US };
  ledger.run({ type: 'place-hold', ...of, amounts: [{ asset: 'POINT', amount }] });
  if (captured === 0n) return ledger.account.version;
  ledger.run({
    type: 'settle-hold',
    holdId,
    captured: [{ asset: 'POINT', amount: captured }],
    reason: 'used',
  });
  return ledger.account.version;
}

function reverse(ledger: LedgerOfOne, transactionPosition: bigint, points: bigint | null = null): Decided {
  const amounts = points === null ? [] : [{ asset: 'POINT', amount: points }];
  const by = { reason: 'fraud', caseId: 'c-1', requestedBy: 'olga' };
  return ledger.run({ type: 'reverse-transaction', transactionPosition, lotId: '', amounts, ...by });
}

const points = (ledger: LedgerOfOne) => ledger.account.balances.get('POINT');
const refusedWith = ({ body }: Decided, reason: RefusalReason) => {
  expect(body).toMatchObject({ case: 'commandRefused', value: { reason } });
};

describe('a reversal', () => {
  it('takes what the lot still has, and makes what is held and what was spent owed', () => {
    const ledger = new LedgerOfOne(rules, NOW_US);
    const award = grant(ledger, 10_000n);
    spend(ledger, 'spent', 3_000n);
    spend(ledger, 'held', 2_000n, 0n);
    const { body, entries } = reverse(ledger, award);
    expect(points(ledger)).toEqual({ available: 0n, pending: 0n, held: 2_000n, debt: 5_000n });
    expect(body).toMatchObject({
      value: {
        reversed: [{ asset: 'POINT', amount: 10_000n }],
        owed: [{ asset: 'POINT', amount: 5_000n }],
      },
    });
    expect(entries.map(({ account, amount }) => [account, amount])).toEqual([
      ['user/ada/available', -5_000n],
      ['issuance/grant', 5_000n],
      ['user/ada/debt', -5_000n],
      ['issuance/grant', 5_000n],
    ]);
    refusedWith(reverse(ledger, award), 'already_reversed');
  });

  it('is repaid by half of later awards, rounded down to the milli-point', () => {
    const ledger = new LedgerOfOne(rules, NOW_US);
    const award = grant(ledger, 10_000n);
    spend(ledger, 'h', 10_000n);
    reverse(ledger, award);
    grant(ledger, 1_001n);
    expect(points(ledger)).toMatchObject({ available: 501n, debt: 9_500n });
    grant(ledger, 1n);
    expect(points(ledger)).toMatchObject({ available: 502n, debt: 9_500n });
    grant(ledger, 40_000n);
    expect(points(ledger)).toMatchObject({ available: 31_002n, debt: 0n });
  });

  it('of a part leaves the rest to be reversed, never more', () => {
    const ledger = new LedgerOfOne(rules, NOW_US);
    const award = grant(ledger, 10_000n);
    reverse(ledger, award, 4_000n);
    refusedWith(reverse(ledger, award, 6_001n), 'reversal_exceeds');
    reverse(ledger, award, 6_000n);
    refusedWith(reverse(ledger, award, 1n), 'already_reversed');
    expect(points(ledger)).toMatchObject({ available: 0n, debt: 0n });
  });

  it('of a capture gives the points back to their lots; one that has ended lives 14 more days', () => {
    const ledger = new LedgerOfOne(rules, NOW_US);
    grant(ledger, 10_000n);
    const [before] = lotsOf(ledger.account);
    const capture = spend(ledger, 'h', 10_000n);
    reverse(ledger, capture, 4_000n);
    expect([...lotsOf(ledger.account)]).toEqual([{ ...before, remaining: 4_000n }]);
    ledger.wait(366n * DAY_US);
    expect(ledger.available('POINT')).toBe(0n);
    reverse(ledger, capture);
    expect([...lotsOf(ledger.account)]).toMatchObject([
      { remaining: 6_000n, expiresAtUs: ledger.nowUs + 14n * DAY_US },
    ]);
  });

  it('of a pending award cancels it, INFLUENCE beside it too', () => {
    const ledger = new LedgerOfOne(rules, NOW_US);
    ledger.activity('model.published', NOW_US - HOUR_US, { model_id: 'm1', verified: true });
    expect(ledger.account.balances.get('INFLUENCE')).toMatchObject({ pending: 40_000n });
    reverse(ledger, 1n, 30_000n);
    expect(ledger.account.balances.get('INFLUENCE')).toMatchObject({ pending: 10_000n });
    ledger.wait(80n * HOUR_US);
    expect(points(ledger)).toMatchObject({ available: 10_000n, pending: 0n });
    expect(ledger.available('INFLUENCE')).toBe(10_000n);
  });

  it('decides again what the daily cap had suppressed (I11)', () => {
    const ledger = new LedgerOfOne(rules, NOW_US);
    const day = NOW_US - 2n * DAY_US;
    ledger.activity('model.published', day, { model_id: 'm1', verified: true });
    ledger.activity('model.shared', day + 1n, { model_id: 'm1' });
    ledger.activity('account.factor_enrolled', day + 2n, { factor: 'totp' });
    const late = ledger.activity('doc.accepted', day + 3n, { doc_id: 'd1', reviewer: 'rea' });
    expect(late.body).toMatchObject({
      value: { decisions: [{ outcome: 'suppressed', reason: 'daily_cap' }] },
    });
    const { body } = reverse(ledger, 1n);
    expect(body).toMatchObject({
      value: {
        redecisions: [{ decidedPosition: 4n, decision: { rule: 'doc.accepted', amountPaid: 15_000n } }],
      },
    });
  });

  it('is refused where there is nothing to mirror, or it is too late', () => {
    const ledger = new LedgerOfOne(rules, NOW_US);
    const award = grant(ledger, 10_000n);
    refusedWith(reverse(ledger, 99n), 'transaction_unknown');
    const hold = spend(ledger, 'h', 1_000n, 0n);
    refusedWith(reverse(ledger, hold), 'not_reversible');
    ledger.wait(366n * DAY_US);
    refusedWith(reverse(ledger, award), 'lot_expired');
  });
});
