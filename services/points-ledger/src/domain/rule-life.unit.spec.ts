import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadRuleSet, rulesInForce, SHIPPED_RULE_SETS, type RuleSet, type RuleSetSource } from '@kuda/rules';
import {
  assembleRuleSet,
  LEAST_NOTICE_US,
  lifeState,
  refuseStep,
  type LifeStep,
  type RuleDraft,
} from './rule-life';

const BASE = JSON.parse(readFileSync(join(SHIPPED_RULE_SETS, '2026-01.json'), 'utf8')) as RuleSetSource;
const NOW_US = BigInt(Date.UTC(2026, 5, 1)) * 1000n;
const DAY_US = 86_400_000_000n;
const LOGIN = 'ai.kuda.session.login.v1';

function draft(hash: string, amount: string, id = 'login.daily'): RuleDraft {
  const [rule] = BASE.rules.filter((each) => each.id === 'login.daily');
  if (rule === undefined) throw new Error('the shipped rules have no login.daily');
  const { mode: _mode, from: _from, to: _to, examples: _examples, ...content } = rule;
  return { hash, author: 'ann', content: { ...content, id, amount } };
}

function step(hash: string, kind: LifeStep['step'], days: number, actor = 'bob'): LifeStep {
  return { hash, step: kind, effectiveFromUs: NOW_US + BigInt(days) * DAY_US, actor };
}

function assembled(drafts: readonly RuleDraft[], steps: readonly LifeStep[]): RuleSet {
  const loaded = loadRuleSet(JSON.stringify(assembleRuleSet(BASE, drafts, steps)));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.ruleSet;
}

/** What `login.daily` pays at an instant, and what its shadows would. */
function amounts(set: RuleSet, timeUs: bigint, id = 'login.daily'): string[] {
  return rulesInForce(set, LOGIN, timeUs)
    .filter((rule) => rule.id === id)
    .map((rule) => `${rule.shadow ? 'shadow ' : ''}${rule.source.amount}`);
}

describe('assembling the rule set in force', () => {
  it('changes the version at its effective time, to the microsecond', () => {
    const set = assembled([draft('v2', '3')], [step('v2', 'published', 1)]);
    expect(amounts(set, NOW_US + DAY_US - 1n)).toEqual(['2']);
    expect(amounts(set, NOW_US + DAY_US)).toEqual(['3']);
  });

  it('runs a shadow beside the live version until it is published', () => {
    const set = assembled([draft('v2', '3')], [step('v2', 'shadowed', 1), step('v2', 'published', 3)]);
    expect(amounts(set, NOW_US + 2n * DAY_US)).toEqual(['2', 'shadow 3']);
    expect(amounts(set, NOW_US + 3n * DAY_US)).toEqual(['3']);
  });

  it('lets the last word count: a version that was to begin afterwards never does', () => {
    const drafts = [draft('v2', '3'), draft('v3', '4')];
    const set = assembled(drafts, [step('v2', 'published', 5), step('v3', 'published', 2)]);
    expect(amounts(set, NOW_US + 3n * DAY_US)).toEqual(['4']);
    expect(amounts(set, NOW_US + 6n * DAY_US)).toEqual(['4']);
  });

  it('ends a retired rule, and puts a new rule behind those of the file', () => {
    const drafts = [draft('v2', '3'), draft('new', '1', 'login.bonus')];
    const steps = [step('v2', 'published', 1), step('new', 'published', 1), step('v2', 'retired', 2)];
    const set = assembled(drafts, steps);
    expect(amounts(set, NOW_US + 2n * DAY_US)).toEqual([]);
    expect(rulesInForce(set, LOGIN, NOW_US + DAY_US).map(({ id }) => id)).toEqual([
      'login.daily',
      'login.streak7',
      'login.bonus',
    ]);
  });
});

describe('the ladder of refusals', () => {
  const context = { draft: draft('v2', '3'), steps: [], nowUs: NOW_US, isBacktested: true };
  const publish = step('v2', 'published', 1);

  it.each([
    ['a version nobody wrote', publish, { draft: null }, 'unknown_version'],
    ['a version that is live', publish, { steps: [publish] }, 'wrong_state'],
    [
      'a shadow of a retired one',
      step('v2', 'shadowed', 1),
      { steps: [step('v2', 'retired', 1)] },
      'wrong_state',
    ],
    ['too little notice', { ...publish, effectiveFromUs: NOW_US + LEAST_NOTICE_US - 1n }, {}, 'too_soon'],
    ['just enough notice', { ...publish, effectiveFromUs: NOW_US + LEAST_NOTICE_US }, {}, null],
    ['the author as publisher', { ...publish, actor: 'ann' }, {}, 'own_version'],
    ['no back-test', publish, { isBacktested: false }, 'no_backtest'],
    ['the author who only tries it', step('v2', 'shadowed', 1, 'ann'), { isBacktested: false }, null],
    ['a shadow that is published', publish, { steps: [step('v2', 'shadowed', 0)] }, null],
  ] as const)('%s', (_, asked, more, refusal) => {
    expect(refuseStep(asked, { ...context, ...more })).toBe(refusal);
  });

  it('knows how far a version has come', () => {
    const steps = [step('a', 'shadowed', 1), step('b', 'published', 1), step('a', 'published', 2)];
    expect(['a', 'b', 'c'].map((hash) => lifeState(steps, hash))).toEqual(['live', 'live', 'draft']);
  });
});
