import { run } from '@bufbuild/cel';
import * as fc from 'fast-check';
import { celScope, type CelMembers, type CelType, type CelValues } from './cel';
import type { RuleSetSource } from './rule-source';
import { defaultRulesText } from './test/default-rules';

/** A second, independent implementation of CEL must say the same of every expression that ships. */
const source = JSON.parse(defaultRulesText()) as RuleSetSource;

const TEXTS = ['succeeded', 'failed', 'ada', 'bob', ''];
const NUMBERS = [0n, 1n, 2n, 7n, 25n, 26n, 100n, 101n, 599n, 600n, 601n];

const valueOf: Readonly<Record<CelType, fc.Arbitrary<string | bigint | boolean>>> = {
  string: fc.oneof(fc.constantFrom(...TEXTS), fc.string()),
  int: fc.oneof(fc.constantFrom(...NUMBERS), fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n })),
  bool: fc.boolean(),
};

/** Members of these types; those that may be absent sometimes are. */
function valuesOf(members: CelMembers, optional: ReadonlySet<string>): fc.Arbitrary<CelValues> {
  const arbitraries = Object.fromEntries(
    Object.entries(members).map(([name, type]) => [name, valueOf[type]]),
  );
  const requiredKeys = Object.keys(members).filter((name) => !optional.has(name));
  return fc.record(arbitraries, { requiredKeys });
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

function reference(expression: string, values: Readonly<Record<string, CelValues>>): unknown {
  const bindings = Object.entries(values).map(
    ([name, members]) => [name, new Map(Object.entries(members))] as const,
  );
  return said(() => run(expression, Object.fromEntries(bindings)));
}

const expressions = source.rules.flatMap((rule) => {
  const declared = Object.entries(source.events[rule.event]?.data ?? {});
  const data = Object.fromEntries(declared.map(([name, type]) => [name, type.replace('?', '') as CelType]));
  const optional = new Set(declared.filter(([, type]) => type.endsWith('?')).map(([name]) => name));
  const facts = Object.fromEntries(Object.keys(rule.facts).map((name) => [name, 'int'] as const));
  const common = { id: rule.id, data, optional, facts };
  return [
    { ...common, text: rule.condition, type: 'bool' as const },
    { ...common, text: rule.amount, type: 'int' as const },
  ];
});

describe('CEL as the rules use it', () => {
  it.each(expressions)(
    'says of $id: $text what the reference says',
    ({ text, type, data, optional, facts }) => {
      const scope = celScope(data, facts);
      const compiled = scope.compile(text, type);
      if ('problem' in compiled) throw new Error(compiled.problem.message);
      const event = valuesOf({ subject: 'string', beneficiary: 'string' }, new Set());
      fc.assert(
        fc.property(
          event,
          valuesOf(data, optional),
          valuesOf(facts, new Set()),
          (eventValues, dataValues, factValues) => {
            const input = {
              event: scope.event(eventValues),
              data: scope.data(dataValues),
              facts: scope.facts(factValues),
            };
            const values = { event: eventValues, data: dataValues, facts: factValues };
            expect(said(() => compiled.program(input))).toEqual(reference(text, values));
          },
        ),
      );
    },
  );
});
