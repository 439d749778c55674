import { describeProblems, loadRuleSet } from './load-rule-set';
import { runExamples } from './run-examples';
import { defaultRules, defaultRulesText } from './test/default-rules';
import { changedRules } from './test/changed-rules';

describe('the examples of a rule set', () => {
  it.each(runExamples(defaultRules()))('$rule: $example', ({ actual, expected }) => {
    expect(actual).toEqual(expected);
  });

  it('say something of every rule, what it pays and what it does not', () => {
    const results = runExamples(defaultRules());
    for (const { id } of defaultRules().versions) {
      const outcomes = results.filter(({ rule }) => rule === id).map(({ expected }) => expected.outcome);
      expect([id, outcomes.includes('awarded'), outcomes.some((outcome) => outcome !== 'awarded')]).toEqual([
        id,
        true,
        true,
      ]);
    }
  });

  it('fail where the rule does something else, and run of drafts as of live versions', () => {
    const loaded = loadRuleSet(
      changedRules((source) => {
        const daily = source.rules.find(({ id }) => id === 'login.daily');
        source.rules.push({ ...daily, mode: 'draft', from: '2030-01-01T00:00:00Z', amount: '3' });
      }),
    );
    if (!loaded.ok) throw new Error(describeProblems(loaded.problems));
    const failed = runExamples(loaded.ruleSet).filter(({ passed }) => !passed);
    expect(failed.map(({ rule, actual, expected }) => [rule, actual.amount, expected.amount])).toEqual([
      ['login.daily', 3, 2],
      ['login.daily', 3, 2],
    ]);
    const hashes = new Set(
      loaded.ruleSet.versions.filter(({ id }) => id === 'login.daily').map(({ hash }) => hash),
    );
    expect(hashes.size).toBe(2);
  });

  it('do not change what a version is', () => {
    const loaded = loadRuleSet(changedRules(({ rules }) => rules.forEach((rule) => delete rule['examples'])));
    if (!loaded.ok) throw new Error(describeProblems(loaded.problems));
    const hashes = (set: ReturnType<typeof defaultRules>) => set.versions.map(({ hash }) => hash);
    expect(hashes(loaded.ruleSet)).toEqual(hashes(defaultRules()));
    expect(defaultRulesText()).toContain('examples');
  });
});
