import { describeProblems, loadRuleSet, type RuleSet } from '@kuda/rules';

const rule = (id: string, more: Readonly<Record<string, unknown>>) => ({
  id,
  mode: 'live',
  from: '1970-01-01T00:00:00Z',
  to: null,
  event: 'ai.kuda.session.login.v1',
  beneficiary: 'subject',
  asset: 'POINT',
  facts: {},
  condition: 'true',
  pending_hours: 0,
  lot_life: { days: 40 },
  daily_cap: true,
  lane: 'general',
  ...more,
});
const day = { kind: 'day' };

/** Four rules that a model can predict; together they trim, suppress, wait, credit INFLUENCE and claim. */
const SMALL_RULES = {
  name: 'small',
  calendar: { zone: 'Asia/Shanghai', utc_offset_minutes: 480 },
  assets: {
    POINT: { units_per_whole: 1000 },
    'GPU_SECOND/any': { units_per_whole: 1 },
    INFLUENCE: { units_per_whole: 1000, half_life_days: 180 },
  },
  daily_cap: { asset: 'POINT', by_trust_level: [30, 45] },
  trust: { levels: [{ registered_days: 1, no_confirmed_abuse: true }] },
  velocity: { earning_events: 6, hours: 1, late_hours: 24 },
  votes: { milli_votes_by_trust_level: [0], thresholds: [] },
  events: {
    'ai.kuda.session.login.v1': { data: {} },
    'ai.kuda.model.published.v1': { data: { model_id: 'string' } },
    'ai.kuda.account.registered.v1': { data: { person_key: 'string', verified: 'bool?' } },
  },
  rules: [
    rule('login.daily', { amount: '10', caps: [{ count: 1, window: day }] }),
    rule('login.bonus', { amount: '7', caps: [{ amount: 10, window: day }] }),
    rule('model.published', {
      event: 'ai.kuda.model.published.v1',
      amount: '21',
      caps: [{ count: 1, key: ['data.model_id'], window: { kind: 'ever' } }],
      pending_hours: 24,
      lot_life: { days: 60 },
      lane: 'value',
      also_credits: ['INFLUENCE'],
    }),
    rule('welcome.gpu', {
      event: 'ai.kuda.account.registered.v1',
      asset: 'GPU_SECOND/any',
      condition: 'has(data.verified) && data.verified',
      amount: '18000',
      caps: [{ claim: 'person_key_first' }],
      lot_life: { days: 30 },
      daily_cap: false,
    }),
  ],
};

export function smallRules(): RuleSet {
  const loaded = loadRuleSet(JSON.stringify(SMALL_RULES));
  if (!loaded.ok) throw new Error(describeProblems(loaded.problems));
  return loaded.ruleSet;
}
