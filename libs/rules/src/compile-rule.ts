import { US_PER_HOUR } from './calendar';
import { canonicalHash } from './canonical-json';
import { celScope, type CelMembers, type CelProgram, type CelScope, type CelType } from './cel';
import type { CompiledCap, CompiledFact, RuleVersion, Series } from './rule-set';
import type {
  CapSource,
  FactSource,
  KeySource,
  RuleSetSource,
  RuleSource,
  WindowSource,
} from './rule-source';

/** One thing wrong with a rule set. */
export interface RuleSetProblem {
  /** JSON pointer into the file. */
  readonly pointer: string;
  /** Line and column (from 1): of the file for bad JSON, of the expression for bad CEL, else null. */
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
}

type Report = (
  member: string,
  message: string,
  at?: { readonly line: number; readonly column: number },
) => void;

/** Compiles one rule version; every problem is reported, and null returned when there was one. */
export function compileRule(
  set: RuleSetSource,
  index: number,
  source: RuleSource,
  problems: RuleSetProblem[],
): RuleVersion | null {
  const before = problems.length;
  const report: Report = (member, message, at) => {
    const pointer = `/rules/${String(index)}/${member}`;
    problems.push({ pointer, line: at?.line ?? null, column: at?.column ?? null, message });
  };
  const data = dataMembers(set, source);
  checkNames(set, source, data, report);
  const unitsPerWhole = BigInt(set.assets[source.asset]?.units_per_whole ?? 1);
  const factTypes: CelMembers = Object.fromEntries(
    Object.keys(source.facts).map((fact) => [fact, 'int'] as const),
  );
  const scope = celScope(data, factTypes);
  // By name: the order in which a decision's record lists them.
  const named = Object.entries(source.facts).sort(([left], [right]) => (left < right ? -1 : 1));
  const facts = named.map(([name, fact]) => compileFact(source, name, fact, { scope, report }));
  const condition = compile(scope, { member: 'condition', text: source.condition, type: 'bool' }, report);
  const amount = compile(scope, { member: 'amount', text: source.amount, type: 'int' }, report);
  if (problems.length > before) return null;
  return {
    id: source.id,
    hash: canonicalHash(source),
    shadow: source.mode === 'shadow',
    fromUs: instantUs(source.from),
    toUs: source.to === null ? null : instantUs(source.to),
    event: source.event,
    beneficiary: source.beneficiary,
    asset: source.asset,
    unitsPerWhole,
    scope,
    dataTypes: new Map(Object.entries(data)),
    facts,
    condition,
    amount,
    caps: source.caps.map((cap) => compileCap(source, cap, unitsPerWhole)),
    pendingUs: BigInt(source.pending_hours) * US_PER_HOUR,
    lotLife: source.lot_life,
    dailyCap: source.daily_cap,
    valueLane: source.lane === 'value',
  };
}

/** RFC 3339 to microseconds; rule versions change at whole milliseconds. */
export function instantUs(text: string): bigint {
  return BigInt(Date.parse(text)) * 1000n;
}

function dataMembers(set: RuleSetSource, source: RuleSource): Readonly<Record<string, CelType>> {
  const declared = Object.entries(set.events[source.event]?.data ?? {});
  return Object.fromEntries(declared.map(([member, type]) => [member, type.replace('?', '') as CelType]));
}

/** Names that must be declared: the event type, the asset, rules that are counted, and required key members. */
function checkNames(set: RuleSetSource, source: RuleSource, data: CelMembers, report: Report): void {
  if (set.events[source.event] === undefined) report('event', `event type ${source.event} is not declared`);
  if (set.assets[source.asset] === undefined) report('asset', `asset ${source.asset} is not declared`);
  const paths = [source.beneficiary, ...source.caps.flatMap((cap) => ('key' in cap ? (cap.key ?? []) : []))];
  for (const [fact, declared] of Object.entries(source.facts)) {
    if (declared.kind === 'paid_count') {
      const counted = declared.rule ?? source.id;
      const known = set.rules.some((rule) => rule.id === counted && rule.event === source.event);
      if (!known) report(`facts/${fact}/rule`, `no rule ${counted} on event type ${source.event}`);
      paths.push(...(declared.key ?? []));
    }
    if (declared.kind === 'distinct_ordinal') paths.push(...declared.group, ...declared.member);
  }
  for (const path of paths.filter((part) => part.startsWith('data.'))) {
    const member = path.slice('data.'.length);
    const type = set.events[source.event]?.data[member];
    if (data[member] === undefined) report('', `${path} is not declared by the event type`);
    else if (type?.endsWith('?') === true) report('', `${path} is optional and cannot be a key`);
  }
}

function compile(
  scope: CelScope,
  expression: { readonly member: string; readonly text: string; readonly type: CelType },
  report: Report,
): CelProgram {
  const compiled = scope.compile(expression.text, expression.type);
  if ('program' in compiled) return compiled.program;
  const { message, line, column } = compiled.problem;
  report(expression.member, `${message} (line ${String(line)}, column ${String(column)})`, { line, column });
  return () => null;
}

function compileFact(
  rule: RuleSource,
  name: string,
  fact: FactSource,
  into: { readonly scope: CelScope; readonly report: Report },
): CompiledFact {
  const id = `${rule.id}.${name}`;
  switch (fact.kind) {
    case 'paid_count':
      return { name, kind: fact.kind, series: seriesOf(fact.rule ?? rule.id, fact), window: fact.window };
    case 'day_streak':
      return { name, kind: fact.kind, id, length: fact.length };
    case 'distinct_ordinal': {
      const expression = { member: `facts/${name}/when`, text: fact.when, type: 'bool' } as const;
      const when = compile(into.scope, expression, into.report);
      return { name, kind: fact.kind, id, group: fact.group, member: fact.member, when };
    }
  }
}

function compileCap(rule: RuleSource, cap: CapSource, unitsPerWhole: bigint): CompiledCap {
  if ('claim' in cap) return { kind: 'claim' };
  const series = seriesOf(rule.id, cap);
  if ('count' in cap) return { kind: 'count', limit: BigInt(cap.count), series, window: cap.window };
  return { kind: 'amount', limit: BigInt(cap.amount) * unitsPerWhole, series, window: cap.window };
}

const GRAIN = { day: 'day', ever: 'ever', rolling: 'times', lookback: 'times' } as const;

function seriesOf(
  rule: string,
  counted: { readonly key?: KeySource | undefined; readonly window: WindowSource },
): Series {
  const key = counted.key ?? [];
  const grain = GRAIN[counted.window.kind];
  return { id: `${rule}|${key.join('+')}|${grain}`, rule, key, grain };
}
