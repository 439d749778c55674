import { settle, type SessionEnd } from './settlement';
import { gpuSeconds, OFFER, points, someTerms } from '../test/builders';

const RULE = OFFER.policy.earlyFail;
const BOUGHT = someTerms();

function settled(end: SessionEnd, meteredSeconds: bigint, earlyFailsToday = 0) {
  return settle(BOUGHT, { end, meteredSeconds }, RULE, earlyFailsToday);
}

describe('settlement: two T4 hours, one held in GPU hours, one in points', () => {
  it.each<[SessionEnd, bigint, ReturnType<typeof settle>]>([
    ['succeeded', 5_400n, { reason: 'used', captured: [gpuSeconds(3_600n), points(1_500n)] }],
    ['stopped', 600n, { reason: 'used', captured: [gpuSeconds(600n)] }],
    ['out_of_memory', 30n, { reason: 'used', captured: [gpuSeconds(30n)] }],
    ['not_running', 0n, { reason: 'not_running', captured: [] }],
    ['user_error', 119n, { reason: 'early_fail', captured: [] }],
    ['user_error', 120n, { reason: 'early_fail', captured: [] }],
    ['user_error', 121n, { reason: 'used', captured: [gpuSeconds(121n)] }],
    ['platform_fault', 0n, { reason: 'platform_fault', captured: [] }],
    ['platform_fault', 4_000n, { reason: 'platform_fault', captured: [] }],
    ['limit', 7_199n, { reason: 'limit', captured: [gpuSeconds(3_600n), points(3_000n)] }],
  ])('%s after %i seconds', (end, seconds, expected) => {
    expect(settled(end, seconds)).toEqual(expected);
  });

  it('uses the hours before the points', () => {
    expect(settled('succeeded', 3_601n).captured).toEqual([gpuSeconds(3_600n)]);
    expect(settled('succeeded', 3_602n).captured).toEqual([gpuSeconds(3_600n), points(1n)]);
  });

  it.each([
    [2, 'early_fail'],
    [3, 'used'],
  ])('after %i early failures of the day the next one is %s', (before, reason) => {
    expect(settled('user_error', 60n, before).reason).toBe(reason);
  });

  it('never captures more than was held, however long the session ran', () => {
    expect(settled('succeeded', 1_000_000n).captured).toEqual(BOUGHT.held);
    expect(settled('succeeded', -5n).captured).toEqual([]);
  });
});
