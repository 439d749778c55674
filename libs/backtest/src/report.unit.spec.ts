import { compareReports, type BacktestReport } from './report';

function report(
  name: string,
  byUser: Record<string, number>,
  byRule: Record<string, number>,
): BacktestReport {
  const points = Object.values(byUser).reduce((sum, amount) => sum + amount, 0);
  return {
    rule_set: { name, hash: name },
    events: 1,
    rejected: {},
    points,
    users_paid: Object.keys(byUser).length,
    by_rule: byRule,
    outcomes: {},
    by_user: byUser,
    liability: { total: { points, gpu_hours: points / 15 }, by_rule: {}, by_month: {} },
    caps_hit: {},
    concentration: { gini: 0, users: 3, top_tenth_share: 1 },
    shadow: {},
  };
}

describe('comparing two reports', () => {
  const before = report('now', { ann: 10, bob: 5, eve: 7 }, { 'login.daily': 22, kept: 3 });
  const after = report('next', { ann: 4, eve: 7, zoe: 1 }, { 'login.daily': 12, kept: 3 });
  const comparison = compareReports(before, after);

  it('names every user with a difference, the largest first', () => {
    expect(comparison.differences).toEqual([
      { user: 'ann', before: 10, after: 4 },
      { user: 'bob', before: 5, after: 0 },
      { user: 'zoe', before: 0, after: 1 },
    ]);
    expect(comparison).toMatchObject({ users_gaining: 1, users_losing: 2 });
  });

  it('names only rules that pay differently', () => {
    expect(comparison.by_rule).toEqual({ 'login.daily': { before: 22, after: 12 } });
    expect(comparison.points).toEqual({ before: 22, after: 12 });
  });
});
