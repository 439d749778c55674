import { canonicalHash } from './canonical-json';
import type { CelType } from './cel';
import type { CompileMember } from './problem';
import type { CompiledCap, CompiledFact, Series, Tracker } from './rule-set';
import type { CapSource, FactSource, KeySource, RuleSource, WindowSource } from './rule-source';

/** Characters of a hash that tell what is tracked apart; a rule set has at most some hundreds. */
const TRACKER_HASH_CHARS = 12;

/** The CEL type of a fact. */
export function factType(fact: FactSource): CelType {
  return fact.kind === 'last_value' ? 'double' : 'int';
}

export function compileFact(
  rule: RuleSource,
  name: string,
  fact: FactSource,
  compile: CompileMember,
): CompiledFact {
  const named = { name, type: factType(fact) };
  switch (fact.kind) {
    case 'paid_count':
      return { ...named, kind: fact.kind, series: seriesOf(fact.rule ?? rule.id, fact), window: fact.window };
    case 'best_award':
      return { ...named, kind: fact.kind, series: bestSeriesOf(rule.id, fact), window: fact.window };
    case 'day_streak':
    case 'distinct_ordinal':
    case 'last_value':
      return { ...named, kind: 'tracked', tracker: trackerOf(rule, name, fact, compile) };
  }
}

function trackerOf(
  rule: RuleSource,
  name: string,
  fact: FactSource & { readonly kind: Tracker['kind'] },
  compile: CompileMember,
): Tracker {
  const { event, beneficiary } = rule;
  const id = `${fact.kind}:${canonicalHash({ event, beneficiary, ...fact }).slice(0, TRACKER_HASH_CHARS)}`;
  const tracked = { id, event, beneficiary };
  switch (fact.kind) {
    case 'day_streak':
      return { ...tracked, kind: fact.kind, length: fact.length };
    case 'distinct_ordinal': {
      const when = compile(`facts/${name}/when`, fact.when, 'bool');
      return { ...tracked, kind: fact.kind, group: fact.group, member: fact.member, when };
    }
    case 'last_value': {
      const when = compile(`facts/${name}/when`, fact.when, 'bool');
      const member = fact.member.slice('data.'.length);
      return { ...tracked, kind: fact.kind, key: fact.key, member, when };
    }
  }
}

export function compileCap(rule: RuleSource, cap: CapSource, unitsPerWhole: bigint): CompiledCap {
  if ('claim' in cap) return { kind: 'claim' };
  const series = seriesOf(rule.id, cap);
  if ('count' in cap) return { kind: 'count', limit: BigInt(cap.count), series, window: cap.window };
  return { kind: 'amount', limit: BigInt(cap.amount) * unitsPerWhole, series, window: cap.window };
}

interface CountedSource {
  readonly key?: KeySource | undefined;
  readonly window: WindowSource;
}

const GRAIN = { day: 'day', ever: 'ever', rolling: 'times', lookback: 'times' } as const;

function seriesOf(rule: string, counted: CountedSource): Series {
  return namedSeries(rule, counted.key ?? [], GRAIN[counted.window.kind]);
}

/** A best over moving windows needs the awards themselves; the best ever is one number. */
function bestSeriesOf(rule: string, counted: CountedSource): Series {
  return namedSeries(rule, counted.key ?? [], counted.window.kind === 'ever' ? 'best' : 'times');
}

function namedSeries(rule: string, key: readonly string[], grain: Series['grain']): Series {
  return { id: `${rule}|${key.join('+')}|${grain}`, rule, key, grain };
}
