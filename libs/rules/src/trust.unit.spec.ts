import { anEvent, at, RuledUser } from './test/event.builder';
import { defaultRules } from './test/default-rules';
import { trustLevel, type TrustFacts } from './trust';

const set = defaultRules();
const FULL: TrustFacts = {
  registeredAtUs: at(0),
  succeededDeviceSeconds: 3_600n,
  factorEnrolled: true,
  valueLaneAwards: 3n,
  valueLanePoints: 200_000n,
  overrideLevel: null,
  abuseConfirmed: false,
};

describe('the trust level', () => {
  it.each([
    ['no registration', { registeredAtUs: null }, 100, 0],
    ['a day short of 7', {}, 6, 0],
    ['7 days, the bound included', {}, 7, 1],
    ['3,599 device seconds', { succeededDeviceSeconds: 3_599n }, 100, 0],
    ['30 days', {}, 30, 2],
    ['30 days without a factor', { factorEnrolled: false }, 30, 1],
    ['30 days with 2 awards of the value lane', { valueLaneAwards: 2n }, 30, 1],
    ['90 days', {}, 90, 3],
    ['90 days, 199.999 points of the value lane', { valueLanePoints: 199_999n }, 90, 2],
    ['90 days, but L1 does not hold', { succeededDeviceSeconds: 0n }, 90, 0],
    ['90 days and confirmed abuse', { abuseConfirmed: true }, 90, 2],
    ["an operator's level above the computed one", { overrideLevel: 3 }, 0, 3],
    ["an operator's level below the computed one", { overrideLevel: 0 }, 90, 0],
    ["confirmed abuse against an operator's level", { overrideLevel: 3, abuseConfirmed: true }, 90, 2],
    [
      'confirmed abuse and a level that it does not concern',
      { overrideLevel: 1, abuseConfirmed: true },
      90,
      1,
    ],
  ])('with %s', (_, change, days, level) => {
    expect(trustLevel(set.trust, { ...FULL, ...change }, at(days))).toBe(level);
  });

  it('follows the facts in order of arrival', () => {
    const ada = new RuledUser(set);
    ada.decide(anEvent('account.registered', at(5), { person_key: 'p' }));
    ada.decide(anEvent('account.registered', at(3), { person_key: 'p', verified: true }));
    ada.decide(anEvent('account.registered', at(1), { person_key: 'q', verified: true }));
    ada.decide(anEvent('account.factor_enrolled', at(3)));
    ada.decide(anEvent('account.credential_changed', at(3), { what: 'password' }));
    const data = { job_id: 'j', device_seconds: 50, fingerprint: 'f' };
    ada.decide(anEvent('training.job.completed', at(3), { ...data, status: 'succeeded' }));
    ada.decide(anEvent('training.job.completed', at(3), { ...data, status: 'failed' }));
    ada.decide(anEvent('model.shared', at(3), { model_id: 'm' }));
    expect(ada.account.trust).toEqual({
      registeredAtUs: at(3),
      succeededDeviceSeconds: 50n,
      factorEnrolled: true,
      valueLaneAwards: 1n,
      valueLanePoints: 10_000n,
      overrideLevel: null,
      abuseConfirmed: false,
    });
    ada.decide(anEvent('account.credential_changed', at(3), { what: 'factor_removed' }));
    expect(ada.account.trust.factorEnrolled).toBe(false);
  });
});
