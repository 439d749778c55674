import * as fc from 'fast-check';

export type ExpressionType = 'bool' | 'int' | 'double' | 'string';

const MAX_DEPTH = 4;

type Texts = fc.Arbitrary<string>;

const LEAVES: Readonly<Record<ExpressionType, readonly Texts[]>> = {
  int: [
    fc.constantFrom('data.a', 'data.b', 'facts.n', 'facts.m'),
    fc.oneof(fc.integer({ min: -20, max: 20 }), fc.maxSafeInteger()).map((n) => (n < 0 ? `(${n})` : `${n}`)),
  ],
  double: [
    fc.constantFrom('data.p', 'data.q', 'facts.v'),
    fc.constantFrom('0.0', '2.5', '5.0', '60.0', '(-0.5)', '1e300'),
  ],
  string: [
    fc.constantFrom('data.s', 'data.t', 'event.subject', 'event.beneficiary'),
    fc.constantFrom("''", "'ada'", "'succeeded'", "'é'"),
  ],
  bool: [
    fc.constantFrom('data.f', 'true', 'false'),
    fc.constantFrom('has(data.b)', 'has(data.t)', 'has(data.q)', 'has(facts.v)'),
  ],
};

/** Texts of CEL expressions of a type over `data`, `facts` and `event`; each is well typed, some fail when evaluated. */
export function expressionOf(type: ExpressionType, depth = MAX_DEPTH): Texts {
  const leaves = LEAVES[type];
  if (depth === 0) return fc.oneof(...leaves);
  return fc.oneof({ weight: 1, arbitrary: fc.oneof(...leaves) }, ...branches(type, depth - 1));
}

function branches(
  type: ExpressionType,
  depth: number,
): { readonly weight: number; readonly arbitrary: Texts }[] {
  const of = (inner: ExpressionType): Texts => fc.constant(null).chain(() => expressionOf(inner, depth));
  const choice = fc
    .tuple(of('bool'), of(type), of(type))
    .map(([condition, yes, no]) => `(${condition} ? ${yes} : ${no})`);
  const weighted = { weight: 1, arbitrary: choice };
  switch (type) {
    case 'int':
      return [weighted, { weight: 2, arbitrary: infix(of('int'), '+', '-', '*', '/', '%') }];
    case 'double':
      return [weighted, { weight: 2, arbitrary: infix(of('double'), '+', '-', '*', '/') }];
    case 'string':
      return [weighted, { weight: 1, arbitrary: infix(of('string'), '+') }];
    case 'bool':
      return [
        weighted,
        { weight: 3, arbitrary: infix(of('bool'), '&&', '||') },
        { weight: 1, arbitrary: of('bool').map((text) => `!(${text})`) },
        ...(['int', 'double', 'string'] as const).map((inner) => ({
          weight: 1,
          arbitrary: infix(of(inner), '==', '!=', '<', '<=', '>', '>='),
        })),
        { weight: 1, arbitrary: of('int').map((text) => `(${text} in [1, 2, 20])`) },
        { weight: 1, arbitrary: of('string').map((text) => `(${text}).startsWith('a')`) },
      ];
  }
}

function infix(side: Texts, ...operators: readonly string[]): Texts {
  return fc
    .tuple(side, fc.constantFrom(...operators), side)
    .map(([left, operator, right]) => `(${left} ${operator} ${right})`);
}
