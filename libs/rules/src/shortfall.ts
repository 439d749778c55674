import type { ASTNode } from '@marcbachmann/cel-js';
import type { CelInput, CelScope, CelType, CelValue } from './cel';

/** What a condition names: a member of the data, a fact, or an id of the event. */
export interface Subject {
  /** As the rule says it, for example `data.input_bound_percent`. */
  readonly path: string;
  /** For people: `input bound`. */
  readonly label: string;
  /** What its numbers count: `%`, `s`, or nothing. */
  readonly unit: string;
}

export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** Why a part of a condition does not hold. */
export type Shortfall =
  | {
      readonly kind: 'compared';
      readonly subject: Subject;
      readonly operator: Operator;
      readonly actual: string;
      readonly limit: string;
      /** Which the limit is, where it is read from the event too. */
      readonly limitOf: Subject | null;
      /** How far the value is from the limit, in the subject's unit; null for what is not a number. */
      readonly distance: number | null;
    }
  | { readonly kind: 'absent'; readonly subject: Subject }
  | { readonly kind: 'flag'; readonly subject: Subject; readonly wanted: boolean }
  | { readonly kind: 'any_of'; readonly of: readonly Shortfall[] }
  | { readonly kind: 'expression'; readonly text: string };

/** A condition with what it read of one event. */
export interface Reading {
  readonly scope: CelScope;
  readonly input: CelInput;
}

const OPERATORS: ReadonlySet<string> = new Set<Operator>(['==', '!=', '<', '<=', '>', '>=']);
const TYPES: readonly CelType[] = ['int', 'double', 'string', 'bool'];

/** The first part of a condition that does not hold, or null when all do. */
export function shortfallOf(node: ASTNode, reading: Reading): Shortfall | null {
  for (const part of operands(node, '&&')) if (valueOf(part, reading) !== true) return ofPart(part, reading);
  return null;
}

function ofPart(node: ASTNode, reading: Reading): Shortfall {
  const alternatives = operands(node, '||');
  if (alternatives.length > 1) {
    // That something is there is no way to meet the condition; what is compared is.
    const parts = alternatives.map((part) => ofPart(part, reading));
    const of = parts.filter(({ kind }) => kind === 'compared');
    const [only] = of;
    return only !== undefined && of.length === 1
      ? only
      : { kind: 'any_of', of: of.length === 0 ? parts : of };
  }
  return compared(node, reading) ?? named(node, reading) ?? { kind: 'expression', text: textOf(node) };
}

function compared(node: ASTNode, reading: Reading): Shortfall | null {
  if (!OPERATORS.has(node.op)) return null;
  const [left, right] = node.args as readonly [ASTNode, ASTNode];
  const subject = subjectOf(left);
  if (subject === null) return null;
  const actual = valueOf(left, reading);
  if (actual === undefined) return { kind: 'absent', subject };
  const limit = valueOf(right, reading);
  if (limit === undefined) return null;
  const numbers = typeof limit !== 'string' && typeof limit !== 'boolean';
  return {
    kind: 'compared',
    subject,
    operator: node.op as Operator,
    actual: String(actual),
    limit: String(limit),
    limitOf: subjectOf(right),
    distance: numbers ? Math.abs(Number(actual) - Number(limit)) : null,
  };
}

function named(node: ASTNode, reading: Reading): Shortfall | null {
  if (node.op === '!_') {
    const subject = subjectOf(node.args);
    return subject === null ? null : { kind: 'flag', subject, wanted: false };
  }
  if (node.op === 'call') {
    const [name, [argument]] = node.args;
    const subject = name === 'has' && argument !== undefined ? subjectOf(argument) : null;
    return subject === null ? null : { kind: 'absent', subject };
  }
  const subject = subjectOf(node);
  if (subject === null) return null;
  return valueOf(node, reading) === undefined
    ? { kind: 'absent', subject }
    : { kind: 'flag', subject, wanted: true };
}

/** The operands of a chain of one operator, from left to right. */
function operands(node: ASTNode, operator: '&&' | '||'): readonly ASTNode[] {
  if (node.op !== operator) return [node];
  return node.args.flatMap((side) => operands(side, operator));
}

/** What a part of an expression is worth here; undefined where it has no value. */
function valueOf(node: ASTNode, { scope, input }: Reading): CelValue | undefined {
  const text = textOf(node);
  for (const type of TYPES) {
    const compiled = scope.compile(text, type);
    if ('problem' in compiled) continue;
    try {
      return compiled.program(input) as CelValue;
    } catch {
      return undefined;
    }
  }
  return undefined;
}

function textOf({ input, start, end }: ASTNode): string {
  return input.slice(start, end);
}

const UNITS: readonly (readonly [suffix: string, unit: string])[] = [
  ['_percent', '%'],
  ['_seconds', 's'],
  ['_days', 'days'],
];

/** A path such as `data.peak_memory_percent`; null for anything else. */
function subjectOf(node: ASTNode): Subject | null {
  if (node.op !== '.') return null;
  const [of, member] = node.args;
  if (of.op !== 'id') return null;
  const found = UNITS.find(([suffix]) => member.endsWith(suffix));
  const name = found === undefined ? member : member.slice(0, -found[0].length);
  return { path: `${of.args}.${member}`, label: name.replaceAll('_', ' '), unit: found?.[1] ?? '' };
}
