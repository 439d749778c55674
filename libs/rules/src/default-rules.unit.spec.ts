import { anEvent, at, RuledUser } from './test/event.builder';
import { defaultRules } from './test/default-rules';

const set = defaultRules();
const job = (fingerprint: string, timeUs: bigint, more: Readonly<Record<string, unknown>> = {}) =>
  anEvent('training.job.completed', timeUs, {
    job_id: 'j',
    status: 'succeeded',
    device_seconds: 600,
    fingerprint,
    ...more,
  });
const login = (timeUs: bigint) => anEvent('session.login', timeUs);
const published = (model: string, timeUs: bigint) =>
  anEvent('model.published', timeUs, { model_id: model, verified: true });

describe('the default rules, edge by edge', () => {
  let ada: RuledUser;
  beforeEach(() => {
    ada = new RuledUser(set);
  });

  it('pay a login once a calendar day of Shanghai', () => {
    expect(ada.of('login.daily', login(at(0, 0, -1n)))).toBe('login.daily awarded 2');
    expect(ada.of('login.daily', login(at(0)))).toBe('login.daily awarded 2');
    expect(ada.of('login.daily', login(at(1, 0, -1n)))).toBe('login.daily suppressed 0 rule_cap');
  });

  it('pay a streak on its 7th day, begin again from 0, and leave it to late or repeated logins', () => {
    const days = [0, 1, 2, 2, 3, 1, 4, 5, 6, 6, 7, 8, 9, 10, 11, 12, 13];
    const paid = days.filter((day) => ada.of('login.streak7', login(at(day))) === 'login.streak7 awarded 16');
    expect(paid).toEqual([6, 13]);
  });

  it('break a streak at a missing day', () => {
    const days = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12];
    const said = days.map((day) => ada.of('login.streak7', login(at(day))));
    expect(new Set(said)).toEqual(new Set(['login.streak7 not_matched 0 condition']));
    expect(ada.of('login.streak7', login(at(13)))).toBe('login.streak7 awarded 16');
  });

  it('pay 4, 2 and 1 for the jobs of a day, the first ever with 10 more', () => {
    expect(ada.decide(job('a', at(0)))).toEqual(['job.completed awarded 4', 'job.first awarded 10']);
    expect(ada.decide(job('b', at(0)))).toEqual([
      'job.completed awarded 2',
      'job.first not_matched 0 condition',
    ]);
    expect(ada.of('job.completed', job('c', at(0)))).toBe('job.completed awarded 1');
    expect(ada.of('job.completed', job('d', at(0)))).toBe('job.completed suppressed 0 rule_cap');
    expect(ada.of('job.completed', job('d', at(1)))).toBe('job.completed awarded 4');
  });

  it.each([
    ['failed', { status: 'failed' }],
    ['shorter than 600 s', { device_seconds: 599 }],
  ])('do not match a job that is %s', (_, more) => {
    expect(ada.of('job.completed', job('a', at(0), more))).toBe('job.completed not_matched 0 condition');
  });

  it('do not match a job whose like was paid within 24 hours, the bound included', () => {
    ada.decide(job('a', at(0)));
    expect(ada.of('job.completed', job('a', at(1)))).toBe('job.completed not_matched 0 condition');
    expect(ada.of('job.completed', job('a', at(1, 0, 1n)))).toBe('job.completed awarded 4');
  });

  it('forget a job that was not paid, and one that is later than the event', () => {
    ada.decide(job('x', at(0), { status: 'failed' }));
    expect(ada.of('job.completed', job('x', at(0)))).toBe('job.completed awarded 4');
    expect(ada.of('job.completed', job('x', at(-1)))).toBe('job.completed awarded 4');
  });

  it('pay a model once, one a day, and four in 30 days, the first of which ends outside', () => {
    expect(ada.decide(published('m0', at(0)))).toEqual([
      'model.published awarded 20',
      'model.first awarded 20',
    ]);
    expect(ada.of('model.published', published('m0', at(1)))).toBe('model.published suppressed 0 rule_cap');
    expect(ada.of('model.published', published('m1', at(0)))).toBe('model.published suppressed 0 rule_cap');
    for (const day of [1, 2, 3]) ada.decide(published(`m${String(day)}`, at(day)));
    expect(ada.of('model.published', published('m4', at(30, 0, -1n)))).toBe(
      'model.published suppressed 0 rule_cap',
    );
    expect(ada.of('model.published', published('m4', at(30)))).toBe('model.published awarded 20');
  });

  it('do not match an unverified model, and pay the factor once', () => {
    const unverified = anEvent('model.published', at(0), { model_id: 'm' });
    expect(ada.of('model.first', unverified)).toBe('model.first not_matched 0 condition');
    const factor = anEvent('account.factor_enrolled', at(0), {});
    expect(ada.decide(factor)).toEqual(['security.factor awarded 10']);
    expect(ada.decide(factor)).toEqual(['security.factor suppressed 0 rule_cap']);
  });

  it('pay 5 GPU hours to the first account of a person, outside the daily cap', () => {
    const data = { person_key: 'p', verified: true };
    const registered = anEvent('account.registered', at(0), data);
    expect(ada.decide(registered)).toEqual(['welcome.gpu suppressed 0 rule_cap']);
    const first = { ...registered, claims: { personKeyFirst: true } };
    expect(new RuledUser(set).decide(first)).toEqual(['welcome.gpu awarded 18000']);
  });

  it('count the reusers of a model by their first reuse, and pay its owner 40 a day at most', () => {
    const reuse = (subject: string, day: number) => ({
      ...anEvent('model.reused', at(day), { model_id: 'm', owner: 'ada' }),
      subject,
    });
    expect(ada.decide(reuse('ada', 0))).toEqual(['model.reused not_matched 0 condition']);
    for (let index = 1; index <= 10; index += 1) ada.decide(reuse(`u${String(index)}`, 0));
    expect(ada.decide(reuse('u11', 0))).toEqual(['model.reused suppressed 0 rule_cap']);
    expect(ada.decide(reuse('u11', 1))).toEqual(['model.reused not_matched 0 condition']);
    for (let index = 12; index <= 20; index += 1) ada.decide(reuse(`u${String(index)}`, 1));
    for (let index = 21; index <= 25; index += 1) ada.decide(reuse(`u${String(index)}`, 2));
    expect(ada.decide(reuse('u26', 2))).toEqual(['model.reused awarded 2']);
  });

  it('trim at the daily cap of the level, also by what the same event paid before, and suppress beyond it', () => {
    for (let index = 1; index <= 10; index += 1) {
      const event = anEvent('model.reused', at(0), { model_id: 'm', owner: 'ada' });
      ada.decide({ ...event, subject: `u${String(index)}` });
    }
    ada.decide(login(at(0)));
    expect(ada.decide(published('m', at(0)))).toEqual([
      'model.published trimmed 18 daily_cap',
      'model.first suppressed 0 daily_cap',
    ]);
    expect(ada.decisions[1]?.factsJson).toBe(
      '{"caps_left":[null],"daily_left":"0","facts":{"paid_ever":0},"trust_level":0}',
    );
    expect(ada.decide(published('m', at(1)))).toEqual([
      'model.published suppressed 0 rule_cap',
      'model.first awarded 20',
    ]);
  });
});
