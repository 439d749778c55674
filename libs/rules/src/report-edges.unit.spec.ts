import { at, reported } from './test/event.builder';
import {
  US,
  login,
  profile,
  mixed,
  accumulated,
  converged,
  memory,
  evaluated,
  days,
  many,
  saidOf,
  type Row,
} from './test/events';

const REPORTS: readonly Row[] = [
  [
    '99 and 100 steps',
    'perf.input_pipeline',
    [profile(5, at(0), { profiled_steps: 99 }), profile(5, at(0))],
    ['condition', 8],
  ],
  [
    '5 % and a little more',
    'perf.input_pipeline',
    [profile(5.000001, at(0)), profile(5, at(0))],
    ['condition', 8],
  ],
  [
    'in order of arrival, not of time',
    'perf.input_pipeline',
    [profile(9, at(9)), profile(3, at(1)), profile(2, at(20))],
    ['condition', 8, 'condition'],
  ],
  [
    'the previous report of another project',
    'perf.input_pipeline',
    [profile(3, at(0)), profile(3, at(0), { project_id: 'q' })],
    [8, 8],
  ],
  [
    'a report without the measures lies between',
    'perf.input_pipeline',
    [profile(3, at(0)), reported(at(8), { profiled_steps: 500 }), profile(3, at(9))],
    [8, 'condition', 'condition'],
  ],
  [
    '1 per 7 days: the last instant inside and the first outside',
    'perf.input_pipeline',
    [profile(3, at(0)), profile(9, at(1)), profile(3, at(7, 0, -US)), profile(9, at(7)), profile(3, at(7))],
    [8, 'condition', 'rule_cap', 'condition', 8],
  ],
  [
    '60 % and −0.5 %',
    'perf.mixed_precision',
    [mixed(59.9, 0, at(0)), mixed(60, -0.51, at(0)), mixed(60, -0.5, at(0))],
    ['condition', 'condition', 8],
  ],
  [
    '1 per 30 days and project',
    'perf.mixed_precision',
    [mixed(60, 1, at(0)), mixed(60, 1, at(30, 0, -US)), mixed(60, 1, at(30)), mixed(60, 1, at(30), 'q')],
    [8, 'rule_cap', 8, 8],
  ],
  [
    '1 and 2 steps',
    'perf.gradient_accumulation',
    [accumulated(1, at(0)), accumulated(2, at(0))],
    ['condition', 4],
  ],
  [
    '1 per 30 days and project',
    'perf.gradient_accumulation',
    [
      accumulated(2, at(0)),
      accumulated(2, at(30, 0, -US)),
      accumulated(2, at(30)),
      accumulated(2, at(30), 'q'),
    ],
    [4, 'rule_cap', 4, 4],
  ],
  [
    '50 %, 70 % and a little more',
    'perf.low_memory',
    [memory(70.1, at(0)), memory(70, at(0), 'q'), memory(50.1, at(0), 'r'), memory(50, at(0), 's')],
    ['condition', 6, 6, 12],
  ],
  [
    '1 per 30 days and project',
    'perf.low_memory',
    [memory(70, at(0)), memory(50, at(30, 0, -US)), memory(50, at(30))],
    [6, 'rule_cap', 12],
  ],
  [
    'rounded down, at most 30',
    'perf.convergence',
    [
      converged(976, at(0)),
      converged(975, at(0)),
      converged(1_001, at(0)),
      converged(226, at(1)),
      converged(1, at(2), 'c'),
    ],
    ['condition', 1, 'condition', 29, 30],
  ],
  [
    'the gain over the best, ties among them',
    'perf.convergence',
    [converged(750, at(0)), converged(750, at(1)), converged(500, at(2)), converged(700, at(3))],
    [10, 'no_gain', 10, 'no_gain'],
  ],
  [
    'the best of 30 days: the last instant inside and the first outside',
    'perf.convergence',
    [converged(500, at(0)), converged(600, at(30, 0, -US)), converged(600, at(30))],
    [20, 'no_gain', 16],
  ],
  [
    'a best that is later than the event does not count',
    'perf.convergence',
    [converged(500, at(9)), converged(600, at(1)), converged(250, at(9))],
    [20, 16, 10],
  ],
  ['per benchmark', 'perf.convergence', [converged(500, at(0)), converged(500, at(0), 'c')], [20, 20]],
  [
    '50, 75 and 90',
    'model.quality',
    [
      evaluated(49.9, at(0)),
      evaluated(50, at(0)),
      evaluated(75, at(0)),
      evaluated(89.9, at(0)),
      evaluated(90, at(0)),
    ],
    ['condition', 10, 15, 'no_gain', 35],
  ],
  [
    'ever, whatever the model and the time',
    'model.quality',
    [evaluated(75, at(400)), evaluated(75, at(0), 'b', 'n'), evaluated(75, at(0), 'c')],
    [25, 'no_gain', 25],
  ],
];

const STREAKS: readonly Row[] = [
  [
    'across the end of a month',
    'login.streak7',
    days(8, (day) => login(at(26 + day))),
    [...many(6, 'condition'), 16, 'condition'],
  ],
  [
    'across the end of a year',
    'login.streak7',
    days(7, (day) => login(at(210 + day))),
    [...many(6, 'condition'), 16],
  ],
  [
    '7 and 14',
    'login.streak7',
    days(14, (day) => login(at(day))),
    [...many(6, 'condition'), 16, ...many(6, 'condition'), 16],
  ],
  [
    'late and repeated logins leave it as it is',
    'login.streak7',
    [0, 1, 1, 0, 2, 3, 4, 2, 5, 6].map((day) => login(at(day))),
    [...many(9, 'condition'), 16],
  ],
  [
    'midnight: one instant short of the day',
    'login.streak7',
    [...days(6, (day) => login(at(day))), login(at(6, 0, -US))],
    many(7, 'condition'),
  ],
  [
    'a missing day',
    'login.streak7',
    [0, 1, 2, 3, 4, 5, 7, 8].map((day) => login(at(day))),
    many(8, 'condition'),
  ],
];

describe('reports, evaluations and streaks at their edges', () => {
  it.each([...REPORTS, ...STREAKS])('%s: %s', (_, rule, events, paid) => {
    expect(saidOf(rule, events)).toEqual(paid);
  });
});
