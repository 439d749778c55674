import { recall, repairCaps } from './history';
import type { RuleEvent } from './rule-event';
import { anEvent, at, RuledUser } from './test/event.builder';
import {
  US,
  login,
  factor,
  job,
  published,
  shared,
  reused,
  evaluated,
  voted,
  cited,
  doc,
  answer,
  days,
  many,
  saidOf,
  type Row,
} from './test/events';
import { defaultRules } from './test/default-rules';
import { decideAll, redeciding, reversing } from './test/recorded';

const set = defaultRules();

const CAPS: readonly Row[] = [
  ['cap 1 a day: 0, 1', 'login.daily', [login(at(0)), login(at(0))], [2, 'rule_cap']],
  [
    'midnight in Shanghai',
    'login.daily',
    [login(at(1, 0, -US)), login(at(1)), login(at(1, 0, US))],
    [2, 2, 'rule_cap'],
  ],
  [
    'a late login of an unpaid day',
    'login.daily',
    [login(at(3)), login(at(1)), login(at(1))],
    [2, 2, 'rule_cap'],
  ],
  [
    'once ever',
    'security.factor',
    [factor(at(0)), factor(at(0)), factor(at(900))],
    [10, 'rule_cap', 'rule_cap'],
  ],
  [
    'cap 3 a day: 2, 3, 4',
    'job.completed',
    ['a', 'b', 'c', 'd'].map((id) => job(id, at(0))),
    [4, 2, 1, 'rule_cap'],
  ],
  [
    'midnight',
    'job.completed',
    [...['a', 'b', 'c'].map((id) => job(id, at(1, 0, -US))), job('d', at(1))],
    [4, 2, 1, 4],
  ],
  [
    'a late job joins its own day',
    'job.completed',
    [job('a', at(5)), job('b', at(2)), job('c', at(5))],
    [4, 4, 2],
  ],
  [
    '600 s',
    'job.completed',
    [job('a', at(0), 599), job('b', at(0), 600), job('c', at(0), 601)],
    ['condition', 4, 2],
  ],
  [
    'fingerprint: [time − 24 h, time], both ends',
    'job.completed',
    [job('a', at(5)), job('a', at(6)), job('a', at(6, 0, US)), job('a', at(6, 0, US)), job('a', at(4))],
    [4, 'condition', 4, 'condition', 4],
  ],
  [
    'an award one instant later hides none before it',
    'job.completed',
    [job('a', at(4)), job('a', at(5, 0, US)), job('a', at(5))],
    [4, 4, 'condition'],
  ],
  [
    'first ever, whatever came late',
    'job.first',
    [job('a', at(5)), job('b', at(1)), job('c', at(9))],
    [10, 'condition', 'condition'],
  ],
  ['once a model', 'model.published', [published('m', at(0)), published('m', at(1))], [20, 'rule_cap']],
  [
    '1 a day',
    'model.published',
    [published('a', at(1, 0, -US)), published('b', at(1)), published('c', at(1))],
    [20, 20, 'rule_cap'],
  ],
  [
    '4 per 30 days: the first instant outside and the last inside',
    'model.published',
    [
      ...days(4, (day) => published(`m${String(day)}`, at(day))),
      published('x', at(30, 0, -US)),
      published('y', at(30)),
    ],
    [20, 20, 20, 20, 'rule_cap', 20],
  ],
  [
    'a window counts nothing later than the event',
    'model.published',
    [...days(4, (day) => published(`m${String(day)}`, at(10 + day))), published('early', at(9))],
    [20, 20, 20, 20, 20],
  ],
  ['first ever', 'model.first', [published('m', at(0)), published('n', at(1))], [20, 'condition']],
  [
    '1 a day, once a model',
    'model.shared',
    [shared('m', at(0)), shared('n', at(0)), shared('m', at(1)), shared('n', at(1))],
    [10, 'rule_cap', 'rule_cap', 10],
  ],
  [
    '40 a day: 36, 40, 44',
    'model.reused',
    Array.from({ length: 11 }, (_, n) => reused(`u${String(n)}`, at(0))),
    [...many(10, 4), 'rule_cap'],
  ],
  [
    '25th, 26th, 100th, 101st reuser',
    'model.reused',
    Array.from({ length: 102 }, (_, n) => reused(`u${String(n)}`, at(n))),
    [...many(25, 4), ...many(75, 2), 1, 1],
  ],
  [
    'a repeated reuser, the owner, another model',
    'model.reused',
    [reused('u', at(0)), reused('u', at(1)), reused('ada', at(1)), reused('u', at(1), 'n')],
    [4, 'condition', 'condition', 4],
  ],
  [
    'a first reuse that a cap suppressed is none the second time',
    'model.reused',
    [
      ...Array.from({ length: 10 }, (_, n) => reused(`u${String(n)}`, at(0))),
      reused('v', at(0)),
      reused('v', at(1)),
    ],
    [...many(10, 4), 'rule_cap', 'condition'],
  ],
  [
    'once a threshold and model',
    'model.upvoted',
    [
      voted(5, at(0)),
      voted(5, at(9)),
      voted(20, at(1)),
      voted(50, at(2)),
      voted(5, at(3), 'n'),
      voted(6, at(4)),
    ],
    [5, 'rule_cap', 20, 50, 5, 'condition'],
  ],
  ['once a citation', 'model.cited', [cited('c', at(0)), cited('c', at(40))], [10, 'rule_cap']],
  [
    '10 per 30 days: 9, 10, 11',
    'model.cited',
    [...days(10, (day) => cited(`c${String(day)}`, at(day))), cited('x', at(30, 0, -US)), cited('y', at(30))],
    [...many(10, 10), 'rule_cap', 10],
  ],
  ['once a document', 'doc.accepted', [doc('d', at(0)), doc('d', at(40))], [15, 'rule_cap']],
  [
    '4 per 30 days',
    'doc.accepted',
    [...days(4, (day) => doc(`d${String(day)}`, at(day))), doc('x', at(30, 0, -US)), doc('y', at(30))],
    [15, 15, 15, 15, 'rule_cap', 15],
  ],
  [
    '3 a day: 2, 3, 4',
    'answer.accepted',
    [...['a', 'b', 'c', 'd'].map((id) => answer(id, at(0))), answer('d', at(1))],
    [10, 10, 10, 'rule_cap', 10],
  ],
  ['once an answer', 'answer.accepted', [answer('a', at(0)), answer('a', at(1))], [10, 'rule_cap']],
];

describe('each rule at its edges', () => {
  it.each(CAPS)('%s: %s', (_, rule, events, paid) => {
    expect(saidOf(rule, events)).toEqual(paid);
  });

  it.each([
    [undefined, 0n],
    [false, 0n],
    [true, 18_000n],
  ])('welcome.gpu: the first of a person by the claim %s', (claim, paid) => {
    const ada = new RuledUser(set);
    const claims = claim === undefined ? {} : { personKeyFirst: claim };
    ada.decide({ ...anEvent('account.registered', at(0), { person_key: 'p', verified: true }), claims });
    expect(ada.decisions[0]?.amountPaid).toBe(paid);
  });

  it.each(CAPS.filter(([, , , paid]) => paid.at(-1) === 'rule_cap'))(
    'a reversal in between makes room again: %s, %s',
    (_, rule, events) => {
      const last = events.at(-1);
      const { account, history } = decideAll(set, events.slice(0, -1));
      const keeps = history.findLast((step) =>
        step.decisions.some((each) => each.rule === rule && each.amountPaid > 0n),
      );
      if (keeps === undefined || last === undefined) throw new Error('nothing was paid');
      const awards = history.flatMap(({ position, decisions }) =>
        decisions.some((each) => each.rule === rule && each.amountPaid > 0n) ? [{ position, rule }] : [],
      );
      const all = awards.reduce((steps, award) => reversing(steps, award), history);
      const repair = repairCaps(set, account, all, awards);
      const after = recall(set, redeciding(all, repair.redecided));
      const ada = new RuledUser(set);
      ada.account = after;
      ada.decide(last);
      const paidAgain = repair.redecided.length > 0;
      const decision = ada.decisions.find((each) => each.rule.id === rule);
      expect(paidAgain || (decision?.amountPaid ?? 0n) > 0n).toBe(true);
    },
  );
});

describe('the daily cap at its edges', () => {
  const fill = (timeUs: bigint) => [
    ...Array.from({ length: 10 }, (_, n) => reused(`u${String(n)}`, timeUs)),
    factor(timeUs),
  ];

  it.each<readonly [string, readonly RuleEvent[], string]>([
    ['10 left of 60 pay 10 whole', [...fill(at(0)), shared('m', at(0))], 'model.shared awarded 10'],
    [
      '0 left pay nothing',
      [...fill(at(0)), shared('m', at(0)), login(at(0))],
      'login.daily suppressed 0 daily_cap',
    ],
    [
      '1 short is trimmed',
      [...fill(at(0)), job('a', at(0)), job('b', at(0))],
      'job.completed suppressed 0 daily_cap',
    ],
    ['another day has its own', [...fill(at(0)), shared('m', at(0)), login(at(1))], 'login.daily awarded 2'],
    [
      'a late event finds its own day',
      [login(at(9)), ...fill(at(0)), shared('m', at(0)), login(at(0))],
      'login.daily suppressed 0 daily_cap',
    ],
    [
      'quality is outside of it',
      [...fill(at(0)), shared('m', at(0)), evaluated(90, at(0))],
      'model.quality awarded 60',
    ],
  ])('%s', (_, events, said) => {
    const ada = new RuledUser(set);
    for (const event of events.slice(0, -1)) ada.decide(event);
    const last = events.at(-1);
    if (last === undefined) throw new Error('no event');
    expect(ada.of(said.split(' ')[0] ?? '', last)).toBe(said);
  });
});
