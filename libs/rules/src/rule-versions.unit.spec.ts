import { diffRuleSets } from './diff-rule-sets';
import { lintRuleSet } from './lint-rule-set';
import { loadRuleSet } from './load-rule-set';
import { mergeRuleSets } from './merge-rule-sets';
import type { RuleSet } from './rule-set';
import { changedRules, type ChangeableSource } from './test/changed-rules';
import { defaultRules, defaultRulesText } from './test/default-rules';
import { anEvent, at, RuledUser } from './test/event.builder';

const iso = (us: bigint): string => new Date(Number(us / 1000n)).toISOString();

function loaded(change: (source: ChangeableSource) => void): RuleSet {
  const result = loadRuleSet(changedRules(change));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.ruleSet;
}

const daily = (source: ChangeableSource) => source.rules.find(({ id }) => id === 'login.daily') ?? {};
const hashOf = (set: RuleSet, id: string): string =>
  set.versions.find((version) => version.id === id)?.hash ?? '';

describe('versions of rules', () => {
  const richer = loaded((source) => Object.assign(daily(source), { amount: '3', mode: 'draft' }));

  it('merge into one set, in which a draft decides nothing and each fires at the place of its rule', () => {
    const merged = mergeRuleSets(defaultRules(), richer);
    if (!merged.ok) throw new Error('not merged');
    expect(merged.ruleSet.versions.slice(0, 3).map(({ id, source }) => [id, source.mode])).toEqual([
      ['login.daily', 'draft'],
      ['login.daily', 'live'],
      ['login.streak7', 'live'],
    ]);
    expect(new RuledUser(merged.ruleSet).of('login.daily', anEvent('session.login', at(0)))).toBe(
      'login.daily awarded 2',
    );
  });

  it('are live from a time on, while the old one still decides late events of its time', () => {
    const turn = iso(at(3));
    const old = loaded((source) => Object.assign(daily(source), { mode: 'retired', to: turn }));
    const now = loaded((source) => Object.assign(daily(source), { amount: '3', from: turn }));
    const merged = mergeRuleSets(old, now);
    if (!merged.ok) throw new Error(JSON.stringify(merged.problems));
    const ada = new RuledUser(merged.ruleSet);
    expect(ada.of('login.daily', anEvent('session.login', at(3)))).toBe('login.daily awarded 3');
    expect(ada.of('login.daily', anEvent('session.login', at(3, 0, -1n)))).toBe('login.daily awarded 2');
    expect(merged.ruleSet.versions.slice(0, 2).map(({ hash }) => hash)).toEqual([
      hashOf(now, 'login.daily'),
      hashOf(old, 'login.daily'),
    ]);
  });

  it('keep what a version is through its life', () => {
    expect(
      hashOf(
        loaded((source) => Object.assign(daily(source), { mode: 'draft' })),
        'login.daily',
      ),
    ).toBe(hashOf(defaultRules(), 'login.daily'));
    expect(hashOf(richer, 'login.daily')).not.toBe(hashOf(defaultRules(), 'login.daily'));
  });

  it('refuse two that are live at once, and a retired one without an end', () => {
    const live = loaded((source) => Object.assign(daily(source), { amount: '3' }));
    expect(mergeRuleSets(defaultRules(), live)).toMatchObject({
      ok: false,
      problems: [{ pointer: '/rules/1', message: expect.stringContaining('overlaps') as string }],
    });
    const endless = changedRules((source) => Object.assign(daily(source), { mode: 'retired' }));
    expect(loadRuleSet(endless)).toMatchObject({ ok: false, problems: [{ pointer: '/rules/0/to' }] });
  });

  it('a shadow changes nothing of what is decided, paid or remembered (I17)', () => {
    const shadows = loaded(({ rules }) => {
      rules.push(...rules.map((rule) => ({ ...rule, mode: 'shadow', amount: '7' })));
    });
    const [ada, bob] = [new RuledUser(shadows), new RuledUser(defaultRules())];
    for (let day = 0; day < 20; day += 1) {
      for (const event of [
        anEvent('session.login', at(day)),
        anEvent('model.published', at(day), { model_id: `m${String(day)}`, verified: true }),
        { ...anEvent('model.reused', at(day), { model_id: 'm', owner: 'ada' }), subject: `u${String(day)}` },
      ]) {
        const live = bob.decide(event);
        const said = ada.decide(event);
        expect(said.filter((_, index) => ada.decisions[index]?.rule.shadow === false)).toEqual(live);
        expect(ada.account.trust).toEqual(bob.account.trust);
      }
    }
    expect(ada.decisions.at(-1)?.amountShadow).toBe(7_000n);
  });
});

describe('a version in shadow', () => {
  it('counts its own awards and reads those of other rules as they are', () => {
    const set = loaded(({ rules }) => {
      const completed = rules.find(({ id }) => id === 'job.completed');
      const first = rules.find(({ id }) => id === 'job.first');
      const condition = 'facts.same_job_paid == 0';
      rules.push(
        { ...first, mode: 'shadow', condition, caps: [] },
        { ...completed, mode: 'shadow', amount: '9', caps: [] },
      );
    });
    const ada = new RuledUser(set);
    const job = (fingerprint: string) =>
      anEvent('training.job.completed', at(0), {
        job_id: 'j',
        status: 'succeeded',
        device_seconds: 600,
        fingerprint,
      });
    const shadows = (fingerprint: string) => {
      ada.decide(job(fingerprint));
      const { decisions } = ada;
      return decisions.flatMap(({ rule, amountShadow }) =>
        rule.shadow ? [`${rule.id} ${String(amountShadow)}`] : [],
      );
    };
    expect(shadows('a')).toEqual(['job.first 10000', 'job.completed 9000']);
    expect(shadows('a')).toEqual(['job.first 0', 'job.completed 0']);
    for (const fingerprint of ['b', 'c']) ada.decide(job(fingerprint));
    expect(shadows('d')).toEqual(['job.first 10000', 'job.completed 9000']);
  });
});

describe('the difference of two rule sets', () => {
  it('is empty for the same content, however it is written', () => {
    const same = loaded((source) => {
      source.rules = source.rules.map(({ examples: _examples, ...rule }) =>
        Object.fromEntries(Object.entries(rule).reverse()),
      );
    });
    const { before, after, ...diff } = diffRuleSets(defaultRules(), same);
    expect(before).not.toBe(after);
    expect(diff).toEqual({
      added: [],
      removed: [],
      changed: [],
      reordered: [],
      newlyRemembered: [],
      settings: [],
    });
  });

  it('says what an account does not remember yet', () => {
    const other = loaded((source) => {
      Object.assign(daily(source), { caps: [{ count: 1, window: { kind: 'rolling', days: 2 } }] });
      source.rules.push({ ...source.rules[2], id: 'security.other' });
    });
    expect(diffRuleSets(defaultRules(), other).newlyRemembered).toEqual(['login.daily||times']);
  });

  it('names rules that came and went, members that changed, order and settings', () => {
    const other = loaded((source) => {
      Object.assign(daily(source), { amount: '3', lot_life: { months: 6 } });
      source.rules = source.rules.filter(({ id }) => id !== 'security.factor');
      source.rules.push({ ...daily(source), id: 'login.extra' });
      source.rules.push(...source.rules.splice(2, 1));
      Object.assign(source['daily_cap'] as object, { by_trust_level: [50, 80, 120, 120] });
    });
    const diff = diffRuleSets(defaultRules(), other);
    expect(diff.added.map(({ rule }) => rule)).toEqual(['login.extra']);
    expect(diff.removed).toEqual([
      { rule: 'security.factor', hash: hashOf(defaultRules(), 'security.factor') },
    ]);
    expect(diff.changed).toEqual([
      {
        rule: 'login.daily',
        before: hashOf(defaultRules(), 'login.daily'),
        after: hashOf(other, 'login.daily'),
        members: [
          { pointer: '/amount', before: '2', after: '3' },
          { pointer: '/lot_life/months', before: 12, after: 6 },
        ],
      },
    ]);
    expect(diff.reordered).toContain('job.completed');
    expect(diff.settings).toEqual([
      { pointer: '/daily_cap/by_trust_level', before: [60, 80, 120, 120], after: [50, 80, 120, 120] },
    ]);
  });
});

describe('lint', () => {
  it('finds nothing in what ships', () => {
    expect(lintRuleSet(defaultRulesText())).toEqual([]);
  });

  it('says what is wrong, and what is doubtful, with its place', () => {
    const wrong = changedRules((source) =>
      Object.assign(daily(source), { condition: 'nope', amount: "'x'" }),
    );
    expect(lintRuleSet(wrong).map(({ severity, pointer }) => [severity, pointer])).toEqual([
      ['error', '/rules/0/condition'],
      ['error', '/rules/0/amount'],
    ]);
    const doubtful = changedRules((source) => {
      Object.assign(daily(source), {
        caps: [],
        facts: { unused: { kind: 'paid_count', window: { kind: 'ever' } } },
      });
    });
    expect(lintRuleSet(doubtful)).toMatchObject([
      { severity: 'warning', pointer: '/rules/0/facts/unused', line: 1 },
      { severity: 'warning', pointer: '/rules/0/examples' },
    ]);
    const bare = changedRules((source) => Object.assign(daily(source), { caps: [], examples: [] }));
    expect(lintRuleSet(bare).map(({ pointer }) => pointer)).toEqual(['/rules/0/caps', '/rules/0']);
  });
});
