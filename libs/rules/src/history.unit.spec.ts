import { recall, repairCaps } from './history';
import { anEvent, at, reported } from './test/event.builder';
import { loadRuleSet } from './load-rule-set';
import { changedRules } from './test/changed-rules';
import { defaultRules } from './test/default-rules';
import { decideAll, redeciding, remembered, reversing } from './test/recorded';
import type { RuleEvent } from './rule-event';

const set = defaultRules();
const published = (model: string, timeUs: bigint) =>
  anEvent('model.published', timeUs, { model_id: model, verified: true });
const doc = (id: string, timeUs: bigint) => anEvent('doc.accepted', timeUs, { doc_id: id, reviewer: 'bob' });
const evaluated = (percentile: number, timeUs: bigint) =>
  anEvent('model.evaluated', timeUs, {
    model_id: 'm',
    benchmark_id: 'b',
    percentile,
    split: 'hidden',
    contamination: false,
  });

/** Decides the events, takes an award back, and says what is decided again. */
function repaired(
  events: readonly RuleEvent[],
  award: { readonly position: bigint; readonly rule: string; readonly amount?: bigint },
) {
  const { account, history } = decideAll(set, events);
  const after = reversing(history, award);
  const repair = repairCaps(set, account, after, [award]);
  const said = repair.redecided.map(
    ({ position, decision }) =>
      `${position.toString()} ${decision.rule.id} ${decision.outcome} ${(decision.amountPaid / 1000n).toString()}`,
  );
  expect(remembered(repair.account)).toEqual(remembered(recall(set, redeciding(after, repair.redecided))));
  return { ...repair, said };
}

describe('cap repair (I11)', () => {
  it('pays what the day had suppressed once the award that filled it is reversed', () => {
    const events = [published('a', at(0)), published('b', at(0, 1)), published('c', at(0, 2))];
    expect(repaired(events, { position: 1n, rule: 'model.published' }).said).toEqual([
      '2 model.published awarded 20',
    ]);
  });

  it('leaves alone what another day, another key or another rule had suppressed', () => {
    const events = [
      published('a', at(0)),
      published('b', at(1)),
      published('c', at(1, 1)),
      published('b', at(2)),
    ];
    expect(repaired(events, { position: 1n, rule: 'model.published' }).said).toEqual([]);
    expect(repaired(events, { position: 2n, rule: 'model.published' }).said).toEqual([
      '3 model.published awarded 20',
      '4 model.published awarded 20',
    ]);
  });

  it('keeps a window full while a part of the award is left', () => {
    const events = [published('a', at(0)), published('b', at(0, 1))];
    expect(repaired(events, { position: 1n, rule: 'model.published', amount: 19_999n }).said).toEqual([]);
  });

  it('gives the part back to the sums that a daily cap counts', () => {
    const reuse = (subject: string) => ({
      ...anEvent('model.reused', at(0), { model_id: 'm', owner: 'ada' }),
      subject,
    });
    const events = Array.from({ length: 11 }, (_, index) => reuse(`u${String(index)}`));
    expect(repaired(events, { position: 3n, rule: 'model.reused', amount: 3_000n }).said).toEqual([
      '11 model.reused trimmed 3',
    ]);
  });

  it.each([
    ['the first instant that the window excludes', at(30), []],
    ['the last instant inside', at(30, 0, -1n), ['5 doc.accepted awarded 15']],
  ])('follows a rolling window: %s', (_, timeUs, said) => {
    const late = [doc('1', at(0)), doc('2', at(1)), doc('3', at(2)), doc('4', at(3)), doc('5', timeUs)];
    expect(repaired(late, { position: 1n, rule: 'doc.accepted' }).said).toEqual(said);
  });

  it('decides in log order, so that an event that arrived first is paid first', () => {
    const events = [
      doc('1', at(5)),
      doc('2', at(5)),
      doc('3', at(5)),
      doc('4', at(5)),
      doc('6', at(6)),
      doc('5', at(6)),
    ];
    expect(repaired(events, { position: 2n, rule: 'doc.accepted' }).said).toEqual([
      '5 doc.accepted awarded 15',
    ]);
  });

  it('forgets a best, and pays the gain that it had eaten', () => {
    const events = [evaluated(95, at(0)), evaluated(80, at(1)), evaluated(60, at(2))];
    expect(repaired(events, { position: 1n, rule: 'model.quality' }).said).toEqual([
      '2 model.quality awarded 25',
    ]);
    const run = (seconds: number, timeUs: bigint) =>
      reported(timeUs, { benchmark_id: 'b', reference_seconds: 100, seconds_to_target: seconds });
    const runs = [run(50, at(0)), run(60, at(29)), run(60, at(30))];
    expect(repaired(runs, { position: 1n, rule: 'perf.convergence' }).said).toEqual([
      '2 perf.convergence awarded 16',
    ]);
  });

  it('takes an award of the value lane out of trust', () => {
    const { account } = repaired([doc('1', at(0)), doc('2', at(0))], { position: 2n, rule: 'doc.accepted' });
    expect(account.trust).toMatchObject({ valueLaneAwards: 1n, valueLanePoints: 15_000n });
  });

  it('reopens the daily cap for the rules behind it, in their order', () => {
    const reuse = (subject: string) => ({
      ...anEvent('model.reused', at(0), { model_id: 'm', owner: 'ada' }),
      subject,
    });
    const events = [
      ...Array.from({ length: 10 }, (_, index) => reuse(`u${String(index)}`)),
      anEvent('model.shared', at(0), { model_id: 'm' }),
      anEvent('account.factor_enrolled', at(0)),
      anEvent('session.login', at(0)),
    ];
    expect(repaired(events, { position: 11n, rule: 'model.shared' }).said).toEqual([
      '13 login.daily awarded 2',
    ]);
  });

  it("reopens the daily cap for a later rule of the reversed award's own event", () => {
    const reuse = (subject: string) => ({
      ...anEvent('model.reused', at(0), { model_id: 'm', owner: 'ada' }),
      subject,
    });
    const events = [
      ...Array.from({ length: 10 }, (_, index) => reuse(`u${String(index)}`)),
      anEvent('account.factor_enrolled', at(0)),
      anEvent('session.login', at(0)),
      reported(at(0), { accumulation_steps: 2 }),
      anEvent('training.job.completed', at(0), {
        job_id: 'j',
        status: 'succeeded',
        device_seconds: 600,
        fingerprint: 'f',
      }),
    ];
    expect(repaired(events, { position: 14n, rule: 'job.completed' }).said).toEqual([
      '14 job.first trimmed 4',
    ]);
  });

  it('leaves alone what lies in no window of the reversed award, also where the rule in force is kinder now', () => {
    const far = [0, 1, 2, 3, 4, 100, 101, 102, 103, 104].map((day) => doc(`d${String(day)}`, at(day)));
    const { account, history } = decideAll(set, far);
    const award = { position: 1n, rule: 'doc.accepted' };
    const kinder = loadRuleSet(
      changedRules(({ rules }) =>
        Object.assign(rules.find(({ id }) => id === 'doc.accepted') ?? {}, { caps: [], examples: [] }),
      ),
    );
    if (!kinder.ok) throw new Error('the rule set does not load');
    const repair = repairCaps(kinder.ruleSet, account, reversing(history, award), [award]);
    expect(repair.redecided).toEqual([]);
    const still = loadRuleSet(
      changedRules(({ rules }) => {
        const caps = [{ count: 9, window: { kind: 'rolling', days: 30 } }];
        Object.assign(rules.find(({ id }) => id === 'doc.accepted') ?? {}, { caps, examples: [] });
      }),
    );
    if (!still.ok) throw new Error('the rule set does not load');
    const again = repairCaps(still.ruleSet, account, reversing(history, award), [award]);
    expect(again.redecided.map(({ position }) => position)).toEqual([5n]);
  });

  it('keeps what a repair decided when the next reversal repairs again', () => {
    const { account, history } = decideAll(set, [
      published('a', at(0)),
      published('b', at(0)),
      published('c', at(0)),
    ]);
    const first = reversing(history, { position: 1n, rule: 'model.published' });
    const one = repairCaps(set, account, first, [{ position: 1n, rule: 'model.published' }]);
    const second = reversing(redeciding(first, one.redecided), { position: 2n, rule: 'model.published' });
    const two = repairCaps(set, one.account, second, [{ position: 2n, rule: 'model.published' }]);
    expect(two.redecided.map(({ position }) => position)).toEqual([3n]);
  });

  it("reads an operator's trust where it stands in the log", () => {
    const events = [
      ...Array.from({ length: 10 }, (_, index) => ({
        ...anEvent('model.reused', at(0), { model_id: 'm', owner: 'ada' }),
        subject: `u${String(index)}`,
      })),
      anEvent('account.factor_enrolled', at(0)),
      anEvent('model.shared', at(0), { model_id: 'm' }),
      anEvent('answer.accepted', at(0), { answer_id: 'a', asker: 'bob' }),
    ];
    const { account, history } = decideAll(set, events);
    const award = { position: 11n, rule: 'security.factor', amount: 4_000n };
    const override = {
      kind: 'trust_overridden',
      override: { overrideLevel: 1, abuseConfirmed: false },
    } as const;
    const steps = reversing(history, award);
    const paid = (history: Parameters<typeof repairCaps>[2]) =>
      repairCaps(set, account, history, [award]).redecided.map(({ decision }) => decision.amountPaid);
    expect(paid(steps)).toEqual([4_000n]);
    expect(paid([...steps.slice(0, 12), override, ...steps.slice(12)])).toEqual([10_000n]);
  });

  it('refuses an award that the history does not hold', () => {
    const { account, history } = decideAll(set, [published('a', at(0))]);
    expect(() => repairCaps(set, account, history, [{ position: 9n, rule: 'model.published' }])).toThrow(
      RangeError,
    );
  });
});
