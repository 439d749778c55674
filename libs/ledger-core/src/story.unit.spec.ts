import { decodeAccount, encodeAccount } from './account-codec';
import { DAY_US, HOUR_US, LedgerOfOne, SECOND_US } from './test/ledger-of-one';
import { shippedRules } from './test/shipped-rules';

const NOW_US = BigInt(Date.UTC(2026, 10, 23, 4)) * 1000n;
const JOB = { status: 'succeeded', device_seconds: 1200 };

/** Ten days of one user, as DOMAIN.md section 3 tells them; no daily cap trims. */
function story(): LedgerOfOne {
  const ledger = new LedgerOfOne(shippedRules(), NOW_US);
  const at = (daysAgo: bigint, hour: bigint) => NOW_US - daysAgo * DAY_US + hour * HOUR_US;
  ledger.activity(
    'account.registered',
    at(10n, 0n),
    { person_key: 'p', verified: true },
    { personKeyFirst: true },
  );
  ledger.activity('account.factor_enrolled', at(10n, 1n), { factor: 'totp' });
  for (let day = 9n; day >= 3n; day -= 1n) ledger.activity('session.login', at(day, 0n), {});
  for (let day = 9n; day >= 5n; day -= 1n) {
    const fingerprint = `f${day.toString()}`;
    ledger.activity('training.job.completed', at(day, 2n), { ...JOB, job_id: fingerprint, fingerprint });
  }
  ledger.activity('model.published', at(4n, 0n), { model_id: 'm1', verified: true });
  ledger.activity('model.shared', at(2n, 0n), { model_id: 'm1' });
  return ledger;
}

describe('the story of DOMAIN.md', () => {
  it('is worth 120 points and 18,000 GPU seconds, all of them available', () => {
    const ledger = story();
    expect(ledger.account.balances.get('POINT')).toEqual({
      available: 120_000n,
      pending: 0n,
      held: 0n,
      debt: 0n,
    });
    expect(ledger.available('GPU_SECOND/any')).toBe(18_000n);
    expect(ledger.records).toHaveLength(16);
  });

  it('buys 8 hours of one A100 with points and an hour of one T4 with welcome hours', () => {
    const ledger = story();
    const expiresAtUs = ledger.nowUs + 4n * DAY_US;
    const hold = { type: 'place-hold', redemptionId: 'r', expiresAtUs } as const;
    ledger.run({ ...hold, holdId: 'h1', sku: 'gpu.a100', amounts: [{ asset: 'POINT', amount: 120_000n }] });
    ledger.run({
      ...hold,
      holdId: 'h2',
      sku: 'gpu.t4',
      amounts: [{ asset: 'GPU_SECOND/any', amount: 3600n }],
    });
    expect(ledger.account.balances.get('POINT')).toEqual({
      available: 0n,
      pending: 0n,
      held: 120_000n,
      debt: 0n,
    });
    ledger.run({
      type: 'settle-hold',
      holdId: 'h1',
      captured: [{ asset: 'POINT', amount: 120_000n }],
      reason: 'limit',
    });
    const used = { asset: 'GPU_SECOND/any', amount: 1800n };
    ledger.run({ type: 'settle-hold', holdId: 'h2', captured: [used], reason: 'used' });
    expect(ledger.account.balances.get('POINT')).toEqual({ available: 0n, pending: 0n, held: 0n, debt: 0n });
    expect(ledger.available('GPU_SECOND/any')).toBe(16_200n);
    expect(ledger.records.at(-1)?.entries).toContainEqual({
      account: 'consumed/gpu.t4',
      asset: 'GPU_SECOND/any',
      amount: 1800n,
      lotId: '',
    });
  });

  it('leaves an account that packs and unpacks to itself', () => {
    const { bytes } = encodeAccount(story().account);
    expect(encodeAccount(decodeAccount(bytes)).bytes).toEqual(bytes);
  });

  it('pays a model published less than 72 hours ago into pending, and matures it in ledger time', () => {
    const ledger = new LedgerOfOne(shippedRules(), NOW_US);
    ledger.activity('model.published', NOW_US - HOUR_US, { model_id: 'm1', verified: true });
    expect(ledger.account.balances.get('POINT')).toMatchObject({ available: 0n, pending: 40_000n });
    ledger.wait(71n * HOUR_US - SECOND_US);
    expect(ledger.available('POINT')).toBe(0n);
    ledger.wait(SECOND_US);
    expect(ledger.account.balances.get('POINT')).toMatchObject({ available: 40_000n, pending: 0n });
    expect(ledger.records.map((record) => record.body.case)).toEqual([
      'activityDecided',
      'awardMatured',
      'awardMatured',
    ]);
  });

  it('lets the welcome hours expire after 30 days, as breakage', () => {
    const ledger = story();
    ledger.wait(30n * DAY_US);
    expect(ledger.available('GPU_SECOND/any')).toBe(0n);
    expect(ledger.available('POINT')).toBe(120_000n);
    const last = ledger.records.at(-1);
    expect(last?.body.case).toBe('lotExpired');
    expect(last?.entries.map((entry) => [entry.account, entry.amount])).toEqual([
      ['user/ada/available', -18_000n],
      ['breakage', 18_000n],
    ]);
  });
});
