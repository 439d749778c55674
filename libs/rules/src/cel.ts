import {
  Environment,
  type ASTNode,
  type ParseError,
  type TypeError as CelTypeError,
} from '@marcbachmann/cel-js';

export type CelType = 'string' | 'int' | 'double' | 'bool';

/** A value as CEL wants it: an int is a bigint, a double a number. */
export type CelValue = string | bigint | number | boolean;

/** What an expression may read. */
export interface CelInput {
  readonly event: object;
  readonly data: object;
  readonly facts: object;
}

/** An expression that compiled and has the wanted type. */
export interface CelProgram {
  (input: CelInput): unknown;
  readonly text: string;
  readonly ast: ASTNode;
}

/** Where an expression is wrong. Line and column count from 1, inside the expression. */
export interface CelProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
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

class EventRecord {
  constructor(
    readonly subject: string,
    readonly beneficiary: string,
  ) {}
}

/** The ids of an event, as expressions read them. */
export function eventRecord(of: { readonly subject: string; readonly beneficiary: string }): object {
  return new EventRecord(of.subject, of.beneficiary);
}

/** The data of one event type: its declared members, read from what was received. */
export class DataType {
  readonly ctor: new () => Record<string, CelValue> = class {
    readonly [member: string]: CelValue;
  };
  private readonly list: readonly (readonly [string, CelType])[];

  constructor(readonly members: CelMembers) {
    this.list = Object.entries(members);
  }

  /** The members that are there and of their type; others count as absent. */
  record(data: Readonly<Record<string, unknown>>): object {
    const record = new this.ctor();
    for (const [member, type] of this.list) {
      if (!Object.hasOwn(data, member)) continue;
      const value = typed(data[member], type);
      if (value !== undefined) record[member] = value;
    }
    return record;
  }
}

function typed(value: unknown, type: CelType): CelValue | undefined {
  switch (type) {
    case 'int':
      return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : undefined;
    case 'double':
      return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
    case 'string':
      return typeof value === 'string' ? value : undefined;
    case 'bool':
      return typeof value === 'boolean' ? value : undefined;
  }
}

/** Reads facts when an expression asks for them, by their place in the rule's list. */
export interface FactReader {
  fact(index: number): CelValue | undefined;
}

/** The typed world of one rule: `event`, `data` and `facts` with exactly the declared members. */
export class CelScope {
  private readonly environment: Environment;
  private readonly factsCtor: new (reader: FactReader) => object;

  constructor(data: DataType, facts: readonly (readonly [name: string, type: CelType])[]) {
    this.factsCtor = factsType(facts.map(([name]) => name));
    this.environment = new Environment({ limits: LIMITS })
      .registerType('Event', { ctor: EventRecord, fields: { subject: 'string', beneficiary: 'string' } })
      .registerType('Data', { ctor: data.ctor, fields: data.members })
      .registerType('Facts', { ctor: this.factsCtor, fields: Object.fromEntries(facts) })
      .registerVariable('event', 'Event')
      .registerVariable('data', 'Data')
      .registerVariable('facts', 'Facts');
  }

  /** Facts that are read one by one, when they are asked for. */
  facts(reader: FactReader): object {
    return new this.factsCtor(reader);
  }

  compile(
    expression: string,
    type: CelType,
  ): { readonly program: CelProgram } | { readonly problem: CelProblem } {
    const checked = this.environment.check(expression);
    if (checked.error !== undefined) return { problem: problemOf(expression, checked.error) };
    if (checked.type !== type) {
      const message = `the expression is of type ${checked.type ?? 'unknown'}, wanted ${type}`;
      return { problem: { line: 1, column: 1, message } };
    }
    const parsed = this.environment.parse(expression);
    // Types are checked once, here; an evaluation afterwards only evaluates.
    parsed.check();
    const { ast } = parsed;
    const constant: unknown = ast.op === 'value' ? ast.args : undefined;
    const program = (input: CelInput): unknown => constant ?? (parsed(input) as unknown);
    return { program: Object.assign(program, { text: expression, ast }) };
  }
}

function problemOf(expression: string, error: ParseError | CelTypeError): CelProblem {
  const before = expression.slice(0, error.range?.start ?? 0).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, message: error.summary };
}

const READER = Symbol('reader');

/** A class of its own per scope: the library tells types apart by constructor. */
function factsType(names: readonly string[]): new (reader: FactReader) => object {
  const type = class {
    readonly [READER]: FactReader;

    constructor(reader: FactReader) {
      this[READER] = reader;
    }
  };
  for (const [index, name] of names.entries()) {
    Object.defineProperty(type.prototype, name, {
      get(this: { readonly [READER]: FactReader }) {
        return this[READER].fact(index);
      },
    });
  }
  return type;
}
