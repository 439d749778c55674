import { US_PER_HOUR } from './calendar';
import { canonicalHash } from './canonical-json';
import { CelScope, type CelProgram, type CelType, type DataType } from './cel';
import { compileCap, compileFact, factType } from './compile-facts';
import { checkNames } from './check-names';
import type { CompileMember, Report, UnplacedProblem } from './problem';
import { distinctById, type RuleVersion } from './rule-set';
import type { RuleSetSource, RuleSource } from './rule-source';

/** What the file says of a rule version, and where. */
export interface RuleInFile {
  readonly set: RuleSetSource;
  readonly index: number;
  readonly source: RuleSource;
  readonly dataType: DataType;
}

/** Compiles one rule version; every problem is reported, and null returned when there was one. */
export function compileRule(rule: RuleInFile, problems: UnplacedProblem[]): RuleVersion | null {
  const { set, source, dataType } = rule;
  const before = problems.length;
  const report: Report = (member, message, at) => {
    const pointer = `/rules/${String(rule.index)}${member === '' ? '' : `/${member}`}`;
    problems.push({ pointer, expression: at ?? null, message });
  };
  checkNames(set, source, report);
  const unitsPerWhole = BigInt(set.assets[source.asset]?.units_per_whole ?? 1);
  // By name: the order in which a decision's record lists them.
  const named = Object.entries(source.facts).sort(([left], [right]) => (left < right ? -1 : 1));
  const scope = new CelScope(
    dataType,
    named.map(([name, fact]) => [name, factType(fact)] as const),
  );
  const compile: CompileMember = (member, text, type) => compileMember(scope, { member, text, type }, report);
  const facts = named.map(([name, fact]) => compileFact(source, name, fact, compile));
  const gainOver = facts.find((fact) => fact.name === source.gain_over);
  if (source.gain_over !== undefined && gainOver?.kind !== 'best_award')
    report('gain_over', `${source.gain_over} is not a fact of kind best_award`);
  const condition = compile('condition', source.condition, 'bool');
  const amount = compile('amount', source.amount, 'int');
  const caps = source.caps.map((cap) => compileCap(source, cap, unitsPerWhole));
  if (problems.length > before) return null;
  return {
    id: source.id,
    hash: hashOfRule(source),
    shadow: source.mode === 'shadow',
    fromUs: instantUs(source.from),
    toUs: source.to === null ? null : instantUs(source.to),
    event: source.event,
    beneficiary: source.beneficiary,
    asset: source.asset,
    unitsPerWhole,
    scope,
    dataType,
    facts,
    condition,
    amount,
    gainOver: gainOver?.kind === 'best_award' ? { ...gainOver, kind: 'best_award' } : null,
    caps,
    pendingUs: BigInt(source.pending_hours) * US_PER_HOUR,
    lotLife: source.lot_life,
    dailyCap: source.daily_cap && source.asset === set.daily_cap.asset,
    valueLane: source.lane === 'value',
    alsoCredits: source.also_credits ?? [],
    trackers: facts.flatMap((fact) => (fact.kind === 'tracked' ? [fact.tracker] : [])),
    counts: distinctById(
      [...caps, ...facts].flatMap((counted) => ('series' in counted ? [counted.series] : [])),
    ),
    source,
  };
}

/** How a version is known: by what it does, whatever became of it and since when. */
export function hashOfRule({
  mode: _mode,
  from: _from,
  to: _to,
  examples: _examples,
  ...does
}: RuleSource): string {
  return canonicalHash(does);
}

/** RFC 3339 to microseconds; rule versions change at whole milliseconds. */
export function instantUs(text: string): bigint {
  return BigInt(Date.parse(text)) * 1000n;
}

function compileMember(
  scope: CelScope,
  expression: { readonly member: string; readonly text: string; readonly type: CelType },
  report: Report,
): CelProgram {
  const compiled = scope.compile(expression.text, expression.type);
  if ('program' in compiled) return compiled.program;
  const { message, line, column } = compiled.problem;
  report(expression.member, message, { line, column });
  const nothing = scope.compile('false', 'bool');
  if ('problem' in nothing) throw new Error(nothing.problem.message);
  return nothing.program;
}
