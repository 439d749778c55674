import { decideEvent } from './decide-event';
import { describeProblems, loadRuleSet } from './load-rule-set';
import { packMemory } from './memory-codec';
import { rulesInForce } from './rule-set';
import { anEvent, at, RuledUser } from './test/event.builder';
import { changedRules, type ChangeableSource } from './test/changed-rules';
import { defaultRules, defaultRulesText } from './test/default-rules';

function rule(source: ChangeableSource, id: string): Record<string, unknown> {
  return source.rules.find((candidate) => candidate['id'] === id) ?? {};
}

function problemsOf(text: string) {
  const loaded = loadRuleSet(text);
  return loaded.ok ? [] : loaded.problems;
}

describe('loading a rule set', () => {
  it('names line and column of JSON that is none', () => {
    const [problem] = problemsOf('{\n  "name": "x",\n  oops\n}');
    expect(problem).toMatchObject({ line: 3, column: 3 });
  });

  it('points at members that are missing, unknown or of the wrong type, all at once', () => {
    const text = changedRules((source) => {
      delete source['calendar'];
      Object.assign(rule(source, 'login.daily'), { colour: 'red', pending_hours: '3' });
    });
    const pointers = problemsOf(text).map((problem) => problem.pointer);
    expect(pointers).toEqual(expect.arrayContaining(['/calendar', '/rules/0', '/rules/0/pending_hours']));
  });

  it.each([
    ['does not parse', 'facts.streak_days ==', 1, 21],
    ['reads a fact that is not declared', 'true\n && facts.nope == 7', 2, 11],
    ['reads data that is not declared', 'data.nope == 1', 1, 6],
    ['compares what cannot be compared', "facts.streak_days == 'x'", 1, 1],
    ['is not a bool', '7', 1, 1],
  ])('points into an expression that %s', (_, condition, line, column) => {
    const text = changedRules((source) => Object.assign(rule(source, 'login.streak7'), { condition }));
    expect(problemsOf(text)).toMatchObject([{ pointer: '/rules/1/condition', expression: { line, column } }]);
  });

  it('says where in the file an expression is wrong, whatever is escaped before it', () => {
    const text = defaultRulesText().replace(
      '"condition": "facts.streak_days == 7"',
      '"condition": "data.method == \\"\\u00e9\\" &&\\n data.nope"',
    );
    const [problem] = problemsOf(text);
    const line = text.split('\n')[(problem?.line ?? 0) - 1] ?? '';
    expect(line.slice((problem?.column ?? 0) - 1)).toMatch(/^nope"/);
    expect(problem?.expression).toEqual({ line: 2, column: 7 });
  });

  it('refuses names that are not declared, and keys that may be absent', () => {
    const text = changedRules((source) => {
      Object.assign(rule(source, 'login.daily'), { asset: 'GOLD' });
      const caps = [{ count: 1, key: ['data.device_id'], window: { kind: 'day' } }];
      Object.assign(rule(source, 'login.streak7'), { caps });
    });
    expect(problemsOf(text)).toMatchObject([
      { pointer: '/rules/0/asset', message: 'asset GOLD is not declared' },
      {
        pointer: '/rules/1/caps/0/key',
        message: expect.stringContaining('data.device_id is optional') as string,
      },
    ]);
    expect(describeProblems(problemsOf(text))).toMatch(
      /^\/rules\/0\/asset: asset GOLD .* \(line 1, column \d+\)\n/,
    );
  });

  it('refuses two versions of a rule in force at once', () => {
    const text = changedRules((source) => source.rules.push({ ...rule(source, 'login.daily') }));
    expect(problemsOf(text)).toMatchObject([{ pointer: '/rules/20' }]);
  });

  it('chooses the version by event time, from included, to excluded, each with its own hash', () => {
    const turn = new Date(Number(at(0) / 1000n)).toISOString();
    const text = changedRules((source) => {
      const old = rule(source, 'login.daily');
      source.rules.push({ ...old, from: turn, amount: '3' });
      old['to'] = turn;
    });
    const loaded = loadRuleSet(text);
    if (!loaded.ok) throw new Error(describeProblems(loaded.problems));
    const ada = new RuledUser(loaded.ruleSet);
    expect(ada.of('login.daily', anEvent('session.login', at(0, 0, -1n)))).toBe('login.daily awarded 2');
    expect(ada.of('login.daily', anEvent('session.login', at(0)))).toBe('login.daily awarded 3');
    const hashes = [at(-1), at(1)].map(
      (time) =>
        rulesInForce(loaded.ruleSet, 'ai.kuda.session.login.v1', time).find(({ id }) => id === 'login.daily')
          ?.hash,
    );
    expect(new Set(hashes).size).toBe(2);
  });

  it('gives a hash that depends on the content alone', () => {
    const reordered = changedRules((source) => {
      source.rules = source.rules.map((each) => Object.fromEntries(Object.entries(each).reverse()));
    });
    const loaded = loadRuleSet(reordered);
    expect(loaded.ok && loaded.ruleSet.hash).toBe(defaultRules().hash);
  });

  it('lets a shadow rule decide over a memory of its own, which it alone reads (I17)', () => {
    const loaded = loadRuleSet(
      changedRules((source) =>
        source.rules.push({ ...rule(source, 'login.daily'), mode: 'shadow', amount: '3' }),
      ),
    );
    if (!loaded.ok) throw new Error(describeProblems(loaded.problems));
    const [ada, bob] = [new RuledUser(loaded.ruleSet), new RuledUser(defaultRules())];
    const login = anEvent('session.login', at(0));
    const live = bob.decide(login);
    expect(ada.decide(login)).toEqual([...live, 'login.daily shadow 0']);
    expect(ada.decisions.at(-1)?.amountShadow).toBe(3_000n);
    expect(ada.decide(login)).toEqual([...bob.decide(login), 'login.daily shadow 0 rule_cap']);
    const [adas, bobs] = [ada, bob].map(({ account }) => packMemory(account.memory));
    expect(adas?.slice(0, -1)).toEqual(bobs?.slice(0, -1));
  });

  it('forgets what a shadow remembered when it is none any more', () => {
    const loaded = loadRuleSet(
      changedRules((source) => source.rules.push({ ...rule(source, 'login.daily'), mode: 'shadow' })),
    );
    if (!loaded.ok) throw new Error(describeProblems(loaded.problems));
    const ada = new RuledUser(loaded.ruleSet);
    ada.decide(anEvent('session.login', at(0)));
    const { account } = decideEvent(defaultRules(), ada.account, anEvent('session.login', at(1)));
    expect(packMemory(ada.account.memory).at(-1)).toHaveLength(1);
    expect(packMemory(account.memory).at(-1)).toEqual([]);
  });

  it('does not match an event on which an expression fails', () => {
    const amount = "data.method == 'sso' ? 2 : 1";
    const loaded = loadRuleSet(
      changedRules((source) => Object.assign(rule(source, 'login.daily'), { amount })),
    );
    if (!loaded.ok) throw new Error(describeProblems(loaded.problems));
    const said = new RuledUser(loaded.ruleSet).of('login.daily', anEvent('session.login', at(0)));
    expect(said).toBe('login.daily not_matched 0 evaluation');
  });
});
