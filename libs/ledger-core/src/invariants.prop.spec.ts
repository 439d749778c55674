import * as fc from 'fast-check';
import type { Account } from './account';
import { decodeAccount, encodeAccount } from './account-codec';
import type { AssetAmount, HoldCommand } from './commands';
import { compareLots } from './lots';
import type { Decided } from './record';
import { DAY_US, HOUR_US, LedgerOfOne } from './test/ledger-of-one';
import { shippedRules } from './test/shipped-rules';

const START_US = BigInt(Date.UTC(2026, 10, 23, 4)) * 1000n;
const RUNS = 100;
const rules = shippedRules();

type Step =
  | { readonly do: 'wait'; readonly hours: number }
  | { readonly do: 'event'; readonly type: string; readonly agoHours: number; readonly key: number }
  | {
      readonly do: 'hold';
      readonly id: number;
      readonly points: number;
      readonly seconds: number;
      readonly hours: number;
    }
  | {
      readonly do: 'settle';
      readonly id: number;
      readonly points: number;
      readonly seconds: number;
      readonly fault: boolean;
    }
  | { readonly do: 'release'; readonly id: number };

const id = fc.nat(4);
/** Small amounts mostly, so that holds succeed; large and bad ones too. */
const points = fc.oneof(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: -1, max: 60_000 }));
const seconds = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20_000 }));
const hours = fc.integer({ min: 0, max: 24 * 40 });
const types = [
  'session.login',
  'training.job.completed',
  'model.published',
  'model.shared',
  'account.registered',
];

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), hours }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('event' as const),
      type: fc.constantFrom(...types),
      agoHours: fc.integer({ min: 0, max: 100 }),
      key: fc.nat(5),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('hold' as const), id, points, seconds, hours }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('settle' as const), id, points, seconds, fault: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), id }) },
);

function play(ledger: LedgerOfOne, taken: Step): void {
  if (taken.do === 'wait') ledger.wait(BigInt(taken.hours) * HOUR_US);
  else if (taken.do === 'event') playEvent(ledger, taken);
  else ledger.run(holdCommand(ledger.nowUs, taken));
}

function playEvent(ledger: LedgerOfOne, taken: Step & { readonly do: 'event' }): void {
  const key = String(taken.key);
  const data = {
    person_key: key,
    verified: true,
    model_id: key,
    fingerprint: key,
    status: 'succeeded',
    device_seconds: 1200,
  };
  const personKeyFirst = taken.key % 2 === 0;
  ledger.activity(taken.type, ledger.nowUs - BigInt(taken.agoHours) * HOUR_US, data, { personKeyFirst });
}

function holdCommand(
  nowUs: bigint,
  taken: Step & { readonly do: 'hold' | 'settle' | 'release' },
): HoldCommand {
  const holdId = `h${String(taken.id)}`;
  switch (taken.do) {
    case 'hold': {
      const expiresAtUs = nowUs + BigInt(taken.hours) * HOUR_US;
      const amounts = amountsOf(taken.points, taken.seconds);
      return { type: 'place-hold', holdId, redemptionId: 'r', sku: 'gpu.t4', amounts, expiresAtUs };
    }
    case 'settle': {
      const captured = amountsOf(taken.points, taken.seconds);
      return { type: 'settle-hold', holdId, captured, reason: taken.fault ? 'platform_fault' : 'used' };
    }
    case 'release':
      return { type: 'release-hold', holdId, reason: 'cancelled' };
  }
}

function amountsOf(pointsAmount: number, secondsAmount: number): AssetAmount[] {
  const all = [
    { asset: 'POINT', amount: BigInt(pointsAmount) },
    { asset: 'GPU_SECOND/any', amount: BigInt(secondsAmount) },
  ];
  return all.filter(({ amount }) => amount !== 0n);
}

function sums(rows: readonly { readonly asset: string; readonly amount: bigint }[]): Map<string, bigint> {
  const total = new Map<string, bigint>();
  for (const { asset, amount } of rows) total.set(asset, (total.get(asset) ?? 0n) + amount);
  return total;
}

function checkRecord(record: Decided): void {
  // I1: the entries of a record sum to zero per asset.
  for (const sum of sums(record.entries).values()) expect(sum).toBe(0n);
  // I8: captured + released is what was held.
  if (record.body.case === 'holdSettled') {
    const { captured, released } = record.body.value;
    const held = sums(
      record.entries
        .filter((entry) => entry.account.endsWith('/held'))
        .map(({ asset, amount }) => ({ asset, amount: -amount })),
    );
    expect(sums([...captured, ...released])).toEqual(held);
  }
  // I4: at most one decision per rule.
  if (record.body.case === 'activityDecided') {
    const names = record.body.value.decisions.map((decision) => decision.rule);
    expect(new Set(names).size).toBe(names.length);
  }
}

function checkAccount(account: Account, records: readonly Decided[]): void {
  const entries = records.flatMap((record) => record.entries);
  const lots = sums(account.lots.map(({ asset, remaining }) => ({ asset, amount: remaining })));
  const held = sums(
    account.holds.flatMap((hold) => hold.parts.map((p) => ({ asset: p.lot.asset, amount: p.amount }))),
  );
  const pending = sums(account.pending);
  for (const [asset, balance] of account.balances) {
    const booked = (side: string) =>
      sums(entries.filter((entry) => entry.account === `user/ada/${side}`)).get(asset) ?? 0n;
    // I2: available is the sum of its entries and of its live lots, and never negative; so are held and pending.
    expect(balance.available).toBe(booked('available'));
    expect(balance.available).toBe(lots.get(asset) ?? 0n);
    expect(balance.held).toBe(booked('held'));
    expect(balance.held).toBe(held.get(asset) ?? 0n);
    expect(balance.pending).toBe(booked('pending'));
    expect(balance.pending).toBe(pending.get(asset) ?? 0n);
    expect(balance.available >= 0n && balance.held >= 0n && balance.pending >= 0n).toBe(true);
  }
  // I3: no lot is at or below 0, or above its original. I14: lots stand in spending order, which is expiry order.
  for (const lot of account.lots) expect(lot.remaining > 0n && lot.remaining <= lot.original).toBe(true);
  expect([...account.lots].sort(compareLots)).toEqual(account.lots);
  expect(account.version).toBe(BigInt(records.length));
}

describe('the ledger, whatever is asked of it', () => {
  it('keeps its invariants I1, I2, I3, I4, I8, I14, and packs without loss', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const ledger = new LedgerOfOne(rules, START_US);
        for (const taken of steps) {
          const before = encodeAccount(ledger.account);
          const held = ledger.account;
          play(ledger, taken);
          // Deciding leaves the account it was given as it was.
          expect(encodeAccount(held)).toEqual(before);
        }
        for (const record of ledger.records) checkRecord(record);
        checkAccount(ledger.account, ledger.records);
        expect(decodeAccount(encodeAccount(ledger.account))).toEqual(ledger.account);
      }),
      { numRuns: RUNS },
    );
  });

  it('gives the same bytes when the same commands are decided again (I13)', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const [first, second] = [0, 1].map(() => {
          const ledger = new LedgerOfOne(rules, START_US + DAY_US);
          for (const taken of steps) play(ledger, taken);
          return ledger;
        });
        expect(first?.records).toEqual(second?.records);
        expect(first && encodeAccount(first.account)).toEqual(second && encodeAccount(second.account));
      }),
      { numRuns: 30 },
    );
  });
});
