import { Environment, type ParseError, type TypeError as CelTypeError } from '@marcbachmann/cel-js';

export type CelType = 'string' | 'int' | 'bool';

/** Values of declared members, as CEL wants them: integers are bigint. Absent members fail `has()`. */
export type CelValues = Readonly<Record<string, string | bigint | boolean>>;

/** What an expression may read. */
export interface CelInput {
  readonly event: object;
  readonly data: object;
  readonly facts: object;
}

/** An expression that compiled and has the wanted type. */
export type CelProgram = (input: CelInput) => unknown;

/** Where an expression is wrong. Line and column count from 1, inside the expression. */
export interface CelProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** The typed world of one rule: `event`, `data` and `facts` with exactly the declared members. */
export interface CelScope {
  event(values: CelValues): object;
  data(values: CelValues): object;
  facts(values: CelValues): object;
  compile(
    expression: string,
    type: CelType,
  ): { readonly program: CelProgram } | { readonly problem: CelProblem };
}

/** Structural bounds of an expression. */
const LIMITS = {
  maxAstNodes: 500,
  maxDepth: 32,
  maxListElements: 100,
  maxMapEntries: 100,
  maxCallArguments: 8,
};

export type CelMembers = Readonly<Record<string, CelType>>;

/** Builds the scope of a rule from the members its event type and the rule itself declare. */
export function celScope(data: CelMembers, facts: CelMembers): CelScope {
  const event: CelMembers = { subject: 'string', beneficiary: 'string' };
  const types = { Event: recordType(), Data: recordType(), Facts: recordType() };
  const environment = new Environment({ limits: LIMITS })
    .registerType('Event', { ctor: types.Event, fields: event })
    .registerType('Data', { ctor: types.Data, fields: data })
    .registerType('Facts', { ctor: types.Facts, fields: facts })
    .registerVariable('event', 'Event')
    .registerVariable('data', 'Data')
    .registerVariable('facts', 'Facts');
  return {
    event: (values) => new types.Event(values),
    data: (values) => new types.Data(values),
    facts: (values) => new types.Facts(values),
    compile: (expression, type) => compile(environment, expression, type),
  };
}

function compile(
  environment: Environment,
  expression: string,
  type: CelType,
): ReturnType<CelScope['compile']> {
  const checked = environment.check(expression);
  if (checked.error !== undefined) return { problem: problemOf(expression, checked.error) };
  if (checked.type !== type) {
    const message = `the expression is of type ${checked.type ?? 'unknown'}, wanted ${type}`;
    return { problem: { line: 1, column: 1, message } };
  }
  const parsed = environment.parse(expression);
  return { program: (input) => parsed(input) as unknown };
}

function problemOf(expression: string, error: ParseError | CelTypeError): CelProblem {
  const before = expression.slice(0, error.range?.start ?? 0).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, message: error.summary };
}

/** A class of its own per CEL type: the library tells types apart by constructor. */
function recordType(): new (values: CelValues) => object {
  return class extends CelRecord {};
}

/** A record whose members are the values it was made from. */
class CelRecord {
  readonly [member: string]: string | bigint | boolean;

  constructor(values: CelValues) {
    Object.assign(this, values);
  }
}
