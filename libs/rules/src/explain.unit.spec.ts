import { EMPTY_MEMORY } from './memory';
import { explain } from './explain';
import type { RuleDecision } from './decide-rule';
import type { RuleEvent } from './rule-event';
import { anEvent, at, reported, RuledUser } from './test/event.builder';
import { changedRules } from './test/changed-rules';
import { defaultRules } from './test/default-rules';
import { loadRuleSet } from './load-rule-set';

const set = defaultRules();

/** Decides events and explains what a rule said of the last one. */
function explained(rule: string, events: readonly RuleEvent[]) {
  const ada = new RuledUser(set);
  let memory = EMPTY_MEMORY;
  for (const event of events) {
    memory = ada.account.memory.fork();
    ada.decide(event);
  }
  const [event, decision] = [events.at(-1), ada.decisions.find((each) => each.rule.id === rule)];
  if (event === undefined || decision === undefined) throw new Error('nothing was decided');
  return explain(set, { event, decision, memory });
}

const profile = (percent: number, timeUs: bigint) =>
  reported(timeUs, { profiled_steps: 100, input_bound_percent: percent });
const doc = (id: string, timeUs: bigint, reviewer = 'bob') =>
  anEvent('doc.accepted', timeUs, { doc_id: id, reviewer });
const evaluated = (percentile: number) =>
  anEvent('model.evaluated', at(0), {
    model_id: 'm',
    benchmark_id: 'b',
    percentile,
    split: 'hidden',
    contamination: false,
  });
const job = (data: Readonly<Record<string, unknown>>) =>
  anEvent('training.job.completed', at(0), { job_id: 'j', status: 'succeeded', fingerprint: 'f', ...data });

describe('an explanation', () => {
  it.each<readonly [string, string, readonly RuleEvent[]]>([
    [
      'perf.input_pipeline does not apply: input bound 9 %, limit 5 %.',
      'perf.input_pipeline',
      [profile(9, at(0))],
    ],
    [
      'perf.input_pipeline does not apply: previous input bound 4.5 %, wanted above 5 %.',
      'perf.input_pipeline',
      [profile(4.5, at(0)), profile(3, at(1))],
    ],
    [
      'perf.input_pipeline does not apply: profiled steps is not given.',
      'perf.input_pipeline',
      [reported(at(0), {})],
    ],
    [
      'job.completed does not apply: device 540 s, wanted at least 600 s.',
      'job.completed',
      [job({ device_seconds: 540 })],
    ],
    [
      'job.completed does not apply: status failed, wanted succeeded.',
      'job.completed',
      [job({ device_seconds: 600, status: 'failed' })],
    ],
    [
      'model.published does not apply: verified is false, wanted true.',
      'model.published',
      [anEvent('model.published', at(0), { model_id: 'm', verified: false })],
    ],
    [
      'doc.accepted does not apply: reviewer ada, must differ from ada (subject).',
      'doc.accepted',
      [doc('d', at(0), 'ada')],
    ],
    [
      'model.upvoted does not apply: threshold 6, wanted 5; or threshold 6, wanted 20; or threshold 6, wanted 50.',
      'model.upvoted',
      [anEvent('model.vote_threshold_reached', at(0), { model_id: 'm', threshold: 6 })],
    ],
    [
      'perf.convergence does not apply: its amount is 0.',
      'perf.convergence',
      [reported(at(0), { benchmark_id: 'b', reference_seconds: 1000, seconds_to_target: 999 })],
    ],
    [
      'login.daily paid nothing: the limit of 1 award a day is used up, free again from 2026-06-02 00:00:00 Asia/Shanghai.',
      'login.daily',
      [anEvent('session.login', at(0)), anEvent('session.login', at(0, 23))],
    ],
    [
      'doc.accepted paid nothing: the limit of 4 awards in 30 days is used up, free again from 2026-07-01 00:00:00 Asia/Shanghai.',
      'doc.accepted',
      [0, 1, 2, 3, 4].map((day) => doc(`d${String(day)}`, at(day))),
    ],
    [
      'perf.gradient_accumulation paid nothing: the limit of 1 award in 30 days for this project id is used up, free again from 2026-07-01 00:00:00 Asia/Shanghai.',
      'perf.gradient_accumulation',
      [0, 1].map((day) => reported(at(day), { accumulation_steps: 2 })),
    ],
    [
      'security.factor paid nothing: the limit of 1 award for ever is used up.',
      'security.factor',
      [anEvent('account.factor_enrolled', at(0)), anEvent('account.factor_enrolled', at(9))],
    ],
    [
      'doc.accepted paid 5 of 15 points: the daily cap of 60 points a day is used up, free again from 2026-06-02 00:00:00 Asia/Shanghai.',
      'doc.accepted',
      [
        ...[0, 1, 2].map((id) => doc(String(id), at(0))),
        anEvent('account.factor_enrolled', at(0)),
        doc('3', at(0)),
      ],
    ],
    [
      'welcome.gpu paid nothing: it is given once to a person, whatever the account.',
      'welcome.gpu',
      [anEvent('account.registered', at(0), { person_key: 'p', verified: true })],
    ],
    [
      'model.quality paid nothing: 25 points against a best of 60 before.',
      'model.quality',
      [evaluated(90), evaluated(80)],
    ],
    [
      'model.quality paid 35 points: 60 points against a best of 25 before.',
      'model.quality',
      [evaluated(80), evaluated(90)],
    ],
    ['login.daily paid 2 points.', 'login.daily', [anEvent('session.login', at(0))]],
  ])('%s', (text, rule, events) => {
    expect(explained(rule, events).text).toBe(text);
  });

  it('says in numbers how near it was and when the cap has room again', () => {
    expect(explained('perf.input_pipeline', [profile(9, at(0))]).shortfall).toEqual({
      kind: 'compared',
      subject: { path: 'data.input_bound_percent', label: 'input bound', unit: '%' },
      operator: '<=',
      actual: '9',
      limit: '5',
      limitOf: null,
      distance: 4,
    });
    expect(
      explained('login.daily', [anEvent('session.login', at(0)), anEvent('session.login', at(0))]).cap,
    ).toEqual({
      kind: 'count',
      limit: 1n,
      left: 0n,
      window: { kind: 'day' },
      key: [],
      resetsAtUs: at(1),
      zone: 'Asia/Shanghai',
    });
  });

  it('is right about when a moving window has room again', () => {
    const events = [0, 1, 2, 3, 4].map((day) => doc(`d${String(day)}`, at(day)));
    const { cap } = explained('doc.accepted', events);
    const decide = (timeUs: bigint): string => {
      const ada = new RuledUser(set);
      for (const event of events) ada.decide(event);
      return ada.of('doc.accepted', doc('new', timeUs));
    };
    const resetsAtUs = cap?.resetsAtUs ?? 0n;
    expect(decide(resetsAtUs - 1n)).toBe('doc.accepted suppressed 0 rule_cap');
    expect(decide(resetsAtUs)).toBe('doc.accepted awarded 15');
  });

  it('leaves out of a moving window what is later than the event', () => {
    const days = [0, 1, 2, 3, 40, 5];
    const { cap } = explained(
      'doc.accepted',
      days.map((day) => doc(`d${String(day)}`, at(day))),
    );
    expect(cap?.resetsAtUs).toBe(at(30));
  });

  it('explains what was recorded alone, without a memory', () => {
    const ada = new RuledUser(set);
    const events = [0, 1, 2, 3, 4].map((day) => doc(`d${String(day)}`, at(day)));
    for (const event of events) ada.decide(event);
    const [event, decision] = [events.at(-1), ada.decisions[0]];
    if (event === undefined || decision === undefined) throw new Error('nothing was decided');
    expect(explain(set, { event, decision }).text).toBe(
      'doc.accepted paid nothing: the limit of 4 awards in 30 days is used up.',
    );
  });

  it('falls back on the expression where it is too deep to tell apart', () => {
    const condition = "(data.job_id + '').startsWith('x')";
    const loaded = loadRuleSet(
      changedRules(({ rules }) =>
        Object.assign(rules.find(({ id }) => id === 'job.completed') ?? {}, {
          condition,
          facts: {},
          amount: '4',
        }),
      ),
    );
    if (!loaded.ok) throw new Error('the rule set does not load');
    const event = job({ device_seconds: 600 });
    const ada = new RuledUser(loaded.ruleSet);
    ada.decide(event);
    const decision: RuleDecision | undefined = ada.decisions[0];
    if (decision === undefined) throw new Error('nothing was decided');
    expect(explain(loaded.ruleSet, { event, decision }).shortfall?.kind).toBe('expression');
  });
});
