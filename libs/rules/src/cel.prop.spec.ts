import { run } from '@bufbuild/cel';
import * as fc from 'fast-check';
import { CelScope, DataType, eventRecord, type CelInput, type CelMembers, type CelValue } from './cel';
import { factType } from './compile-facts';
import type { RuleSetSource } from './rule-source';
import { expressionOf, type ExpressionType } from './test/cel-expressions';
import { defaultRulesText } from './test/default-rules';

/** A second, independent implementation of CEL must say the same: of all that ships, and of what nobody wrote. */
const source = JSON.parse(defaultRulesText()) as RuleSetSource;

const TEXTS = ['succeeded', 'failed', 'hidden', 'ada', 'bob', ''];
const NUMBERS = [0, 1, 2, 5, 7, 20, 25, 26, 50, 100, 101, 599, 600, 601, -1];
const DOUBLES = [0, 2.5, 5, 5.000001, 50, 60, 69.9, 70, 75, 90, -0.5, -0.51, 1e300];

type Json = string | number | boolean;
const jsonOf: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  string: fc.oneof(fc.constantFrom(...TEXTS), fc.string()),
  int: fc.oneof(fc.constantFrom(...NUMBERS), fc.maxSafeInteger()),
  double: fc.oneof(fc.constantFrom(...DOUBLES), fc.double({ noNaN: true, noDefaultInfinity: true })),
  bool: fc.boolean(),
};

type Members = Readonly<Record<string, Json>>;

/** Members of these types; those that may be absent sometimes are. */
function membersOf(types: CelMembers, optional: ReadonlySet<string>): fc.Arbitrary<Members> {
  const arbitraries = Object.fromEntries(
    Object.entries(types).map(([name, type]) => [name, jsonOf[type] ?? fc.boolean()]),
  );
  const requiredKeys = Object.keys(types).filter((name) => !optional.has(name));
  return fc.record(arbitraries, { requiredKeys });
}

/** A value as CEL has it: integers are bigint. */
function typed(types: CelMembers, members: Members): Map<string, CelValue> {
  const value = ([name, said]: readonly [string, Json]): [string, CelValue] =>
    types[name] === 'int' ? [name, BigInt(said)] : [name, said];
  return new Map(Object.entries(members).map(value));
}

/** A value, or that there is none. */
function said(evaluate: () => unknown): unknown {
  try {
    const value = evaluate();
    return value instanceof Error ? 'error' : value;
  } catch {
    return 'error';
  }
}

interface World {
  readonly data: CelMembers;
  readonly optional: ReadonlySet<string>;
  readonly facts: CelMembers;
  readonly optionalFacts: ReadonlySet<string>;
}

/** An input for both: as our scope reads it, and as plain maps. */
interface BothInputs {
  readonly ours: (scope: CelScope) => CelInput;
  readonly theirs: Record<string, Map<string, CelValue>>;
}

function inputs(world: World, dataType: DataType): fc.Arbitrary<BothInputs> {
  const event = fc.record({ subject: jsonOf['string'] ?? fc.string(), beneficiary: fc.string() });
  const data = membersOf(world.data, world.optional);
  const facts = membersOf(world.facts, world.optionalFacts);
  return fc.tuple(event, data, facts).map(([ids, dataMembers, factMembers]): BothInputs => {
    const known = typed(world.facts, factMembers);
    const names = Object.keys(world.facts);
    const of = { subject: String(ids.subject), beneficiary: ids.beneficiary };
    return {
      ours: (scope) => ({
        event: eventRecord(of),
        data: dataType.record(dataMembers),
        facts: scope.facts({ fact: (index) => known.get(names[index] ?? '') }),
      }),
      theirs: { event: new Map(Object.entries(of)), data: typed(world.data, dataMembers), facts: known },
    };
  });
}

function programOf(scope: CelScope, text: string, type: ExpressionType) {
  const compiled = scope.compile(text, type);
  if ('problem' in compiled) throw new Error(`${text}: ${compiled.problem.message}`);
  return compiled.program;
}

const shipped = source.rules.flatMap((rule) => {
  const declared = Object.entries(source.events[rule.event]?.data ?? {});
  const data = Object.fromEntries(
    declared.map(([name, type]) => [name, type.replace('?', '')]),
  ) as CelMembers;
  const optional = new Set(declared.filter(([, type]) => type.endsWith('?')).map(([name]) => name));
  const facts = Object.entries(rule.facts);
  const world: World = {
    data,
    optional,
    facts: Object.fromEntries(facts.map(([name, fact]) => [name, factType(fact)])),
    optionalFacts: new Set(facts.filter(([, { kind }]) => kind === 'last_value').map(([name]) => name)),
  };
  const whens = facts.flatMap(([, fact]) => ('when' in fact ? [fact.when] : []));
  return [
    ...[rule.condition, ...whens].map((text) => ({ id: rule.id, world, text, type: 'bool' as const })),
    { id: rule.id, world, text: rule.amount, type: 'int' as const },
  ];
});

const WORLD: World = {
  data: { a: 'int', b: 'int', s: 'string', t: 'string', p: 'double', q: 'double', f: 'bool' },
  optional: new Set(['b', 't', 'q']),
  facts: { n: 'int', m: 'int', v: 'double' },
  optionalFacts: new Set(['v']),
};

describe('CEL as the rules use it', () => {
  it.each(shipped)('says of $id: $text what the reference says', ({ text, type, world }) => {
    const dataType = new DataType(world.data);
    const scope = new CelScope(dataType, Object.entries(world.facts));
    const program = programOf(scope, text, type);
    fc.assert(
      fc.property(inputs(world, dataType), ({ ours, theirs }) => {
        expect(said(() => program(ours(scope)))).toEqual(said(() => run(text, theirs)));
      }),
    );
  });

  it('says what the reference says of expressions that nobody wrote', () => {
    const dataType = new DataType(WORLD.data);
    const scope = new CelScope(dataType, Object.entries(WORLD.facts));
    const expression = fc
      .constantFrom<ExpressionType>('bool', 'int', 'double', 'string')
      .chain((type) => expressionOf(type).map((text) => ({ type, text })));
    fc.assert(
      fc.property(
        expression,
        fc.array(inputs(WORLD, dataType), { minLength: 3, maxLength: 3 }),
        ({ type, text }, all) => {
          const program = programOf(scope, text, type);
          for (const { ours, theirs } of all)
            expect([text, said(() => program(ours(scope)))]).toEqual([text, said(() => run(text, theirs))]);
        },
      ),
      { numRuns: 800 },
    );
  });
});
