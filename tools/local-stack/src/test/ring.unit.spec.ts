import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadRuleSet, SHIPPED_RULE_SETS, type RuleSet } from '@kuda/rules';
import { DAY_US, HOUR_US, SimulatedPlatform } from './simulated-platform';

const DAYS = 10;
const RING = Array.from({ length: 8 }, (_, n) => `ring-${String(n)}`);
const NEWCOMER = 'newcomer';
const START_US = BigInt(Date.UTC(2026, 0, 1)) * 1000n;
/** More than the longest pending period. */
const SETTLED_US = 8n * DAY_US;

function shippedRules(): RuleSet {
  const loaded = loadRuleSet(readFileSync(join(SHIPPED_RULE_SETS, '2026-01.json'), 'utf8'));
  if (!loaded.ok) throw new Error('the shipped rules do not load');
  return loaded.ruleSet;
}

/** Ten days in which a newcomer works, and in which eight accounts do nothing but lift each other. */
function tenDays(votes: boolean): SimulatedPlatform {
  const platform = new SimulatedPlatform(shippedRules(), START_US);
  for (const user of [NEWCOMER, ...RING]) {
    platform.event('ai.kuda.account.registered.v1', user, { person_key: user, verified: true });
  }
  for (let day = 0; day < DAYS; day += 1) {
    platform.event('ai.kuda.session.login.v1', NEWCOMER, {});
    platform.event('ai.kuda.training.job.completed.v1', NEWCOMER, {
      job_id: `job-${String(day)}`,
      status: 'succeeded',
      device_seconds: 1200,
      fingerprint: `work-${String(day)}`,
    });
    platform.wait(HOUR_US);
    for (const user of RING) {
      for (const owner of RING) {
        if (owner === user) continue;
        const modelId = `${owner}'s model of day ${String(day)}`;
        if (votes) platform.vote(user, owner, modelId);
        platform.event('ai.kuda.model.reused.v1', user, { model_id: modelId, owner }, owner);
      }
    }
    platform.wait(DAY_US - HOUR_US);
  }
  platform.wait(SETTLED_US);
  return platform;
}

function ringTotal(platform: SimulatedPlatform): bigint {
  return RING.reduce((sum, member) => sum + platform.points(member), 0n);
}

describe('a ring of 8 accounts that vote for and reuse each other for 10 days', () => {
  it('earns less than one honest newcomer, and is named', () => {
    const platform = tenDays(true);
    expect(ringTotal(platform)).toBeLessThan(platform.points(NEWCOMER));
    // Found when the fifth has voted, and found again as it grows.
    const named = new Set(platform.rings.flatMap(({ members }) => members));
    expect([...named].sort()).toEqual(RING);
  });

  it('loses nothing: what its members were awarded waits for an operator, in full', () => {
    const platform = tenDays(true);
    const unhindered = tenDays(false);
    for (const member of RING) {
      const waiting = platform.pendingPoints(member) + platform.points(member);
      expect(waiting).toBe(unhindered.points(member) + unhindered.pendingPoints(member));
      expect(waiting).toBeGreaterThan(0n);
    }
  });
});
