import type { RuleEvent } from './rule-event';
import { anEvent, at, RuledUser } from './test/event.builder';
import { defaultRules } from './test/default-rules';

const set = defaultRules();
const MINUTE_US = 60_000_000n;
const HOUR_US = 60n * MINUTE_US;

const job = (timeUs: bigint, status = 'succeeded') =>
  anEvent('training.job.completed', timeUs, {
    job_id: 'j',
    status,
    device_seconds: 600,
    fingerprint: timeUs.toString(),
  });

/** Which of the events, counted from 1, are flagged. */
function flagged(events: readonly RuleEvent[]): readonly number[] {
  const ada = new RuledUser(set);
  return events.flatMap((event, index) => {
    ada.decide(event);
    return ada.riskReasons.includes('velocity_events') ? [index + 1] : [];
  });
}

const everyMinute = (count: number, fromUs = at(0)): RuleEvent[] =>
  Array.from({ length: count }, (_, minute) => job(fromUs + BigInt(minute) * MINUTE_US));

describe('the pace of earning events', () => {
  it('is flagged from the 31st in an hour on, paid or not', () => {
    expect(flagged(everyMinute(32))).toEqual([31, 32]);
  });

  it('looks back an hour, its first instant left out', () => {
    const thirty = Array.from({ length: 30 }, () => job(at(0)));
    expect(flagged([...thirty, job(at(0) + HOUR_US - 1n)])).toEqual([]);
    const distinct = Array.from({ length: 30 }, (_, index) => job(at(0) + BigInt(index)));
    expect(flagged([...distinct, job(at(0) + HOUR_US - 1n)])).toEqual([31]);
    expect(flagged([...distinct, job(at(0) + HOUR_US)])).toEqual([]);
  });

  it('does not count events that no rule matches', () => {
    const failed = Array.from({ length: 40 }, (_, index) => job(at(0) + BigInt(index), 'failed'));
    expect(flagged([...failed, ...everyMinute(30)])).toEqual([]);
  });

  it('goes by event time: a late burst is found, and a newer event does not hide it', () => {
    const [newer, late] = [job(at(0, 12)), everyMinute(31)];
    expect(flagged([newer, ...late])).toEqual([32]);
    expect(flagged([...late.slice(0, 15), newer, ...late.slice(15)])).toEqual([32]);
  });

  it('never changes what is paid, and remembers no more than twice the bound', () => {
    const ada = new RuledUser(set);
    for (const event of everyMinute(200)) ada.decide(event);
    expect(ada.account.memory.recent).toHaveLength(60);
    const strict = new RuledUser({ ...set, velocity: { ...set.velocity, earningEvents: 1 } });
    const calm = new RuledUser(set);
    for (const event of everyMinute(10)) expect(strict.decide(event)).toEqual(calm.decide(event));
    expect([strict.riskReasons, calm.riskReasons]).toEqual([['velocity_events'], []]);
  });
});

describe('influence', () => {
  it('is credited in the same amount by perf.*, model.* and doc.* alone', () => {
    for (const { id, alsoCredits } of set.versions) {
      const ranks = /^(perf|model|doc)\./.test(id);
      expect([id, alsoCredits]).toEqual([id, ranks ? ['INFLUENCE'] : []]);
    }
    expect(set.assets.get('INFLUENCE')).toEqual({ unitsPerWhole: 1_000n, halfLifeDays: 180 });
  });

  it('follows what was paid, not what was asked for', () => {
    const ada = new RuledUser(set);
    const doc = (id: string) => anEvent('doc.accepted', at(0), { doc_id: id, reviewer: 'bob' });
    for (const id of ['a', 'b', 'c']) ada.decide(doc(id));
    ada.decide(anEvent('account.factor_enrolled', at(0)));
    expect(ada.decide(doc('d'))).toEqual(['doc.accepted trimmed 5 daily_cap']);
    expect(ada.decisions[0]?.alsoCredits).toEqual([{ asset: 'INFLUENCE', amount: 5_000n }]);
    ada.decide(doc('e'));
    expect(ada.decisions[0]?.alsoCredits).toEqual([]);
  });
});
