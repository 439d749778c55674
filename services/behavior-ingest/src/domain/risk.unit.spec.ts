import { dayOf, policyAt, riskOf, type RiskPolicy } from './risk';

const POLICY: RiskPolicy = { version: 1n, effectiveFromUs: 0n, accountsPerDay: 3, votesPerHour: 5 };
const us = (text: string): bigint => BigInt(Date.parse(text)) * 1000n;

describe('velocity', () => {
  it('begins above the bound, not at it', () => {
    const accounts = (count: number) =>
      riskOf({ accounts: { kind: 'device_id', value: 'd', day: 0, accounts: count }, votes: null }, POLICY);
    expect([accounts(3), accounts(4)?.reasons]).toEqual([null, ['velocity_accounts']]);
    const votes = (count: number) => riskOf({ accounts: null, votes: { author: 'a', votes: count } }, POLICY);
    expect([votes(5), votes(6)?.reasons]).toEqual([null, ['velocity_votes']]);
  });

  it('gives its evidence in one order, whatever speaks first', () => {
    const counts = {
      votes: { author: 'a', votes: 6 },
      accounts: { kind: 'device_id', value: 'd', day: 20_463, accounts: 4 },
    };
    expect(riskOf(counts, POLICY)?.evidenceJson).toBe(
      '{"velocity_accounts":{"accounts":4,"day":"2026-01-10","kind":"device_id","limit":3,"policy":1,"value":"d"},' +
        '"velocity_votes":{"author":"a","limit":5,"policy":1,"votes":6}}',
    );
  });

  it('knows no bound before the first policy', () => {
    expect(riskOf({ accounts: null, votes: { author: 'a', votes: 99 } }, null)).toBeNull();
  });

  it('takes the policy in force at the time of the event; of one instant the later version', () => {
    const policies = [
      POLICY,
      { ...POLICY, version: 2n, effectiveFromUs: 100n },
      { ...POLICY, version: 3n, effectiveFromUs: 100n },
      { ...POLICY, version: 4n, effectiveFromUs: 50n },
    ];
    const versions = [-1n, 0n, 49n, 50n, 99n, 100n, 1_000n].map((at) => policyAt(policies, at)?.version);
    expect(versions).toEqual([undefined, 1n, 1n, 4n, 4n, 3n, 3n]);
  });

  it('counts days as Asia/Shanghai does', () => {
    const midnight = us('2026-01-10T00:00:00+08:00');
    expect(dayOf(midnight) - dayOf(midnight - 1n)).toBe(1);
    expect(dayOf(midnight)).toBe(dayOf(us('2026-01-10T23:59:59.999+08:00')));
    expect(dayOf(us('1970-01-01T00:00:00Z'))).toBe(0);
  });
});
