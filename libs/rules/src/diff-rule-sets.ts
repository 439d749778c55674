import { canonicalJson, type JsonValue } from './canonical-json';
import { hashOfRule } from './compile-rule';
import { escaped } from './json-place';
import type { RuleSet } from './rule-set';
import type { RuleSource } from './rule-source';

/** A member that is not the same; null stands for one that is not there. */
export interface MemberChange {
  /** JSON pointer inside the rule or the set. */
  readonly pointer: string;
  readonly before: JsonValue;
  readonly after: JsonValue;
}

export interface RuleChange {
  readonly rule: string;
  readonly before: string;
  readonly after: string;
  readonly members: readonly MemberChange[];
}

/** What tells two rule sets apart, as far as it can change a decision or when it is made. */
export interface RuleSetDiff {
  readonly before: string;
  readonly after: string;
  /** Versions by rule and hash. */
  readonly added: readonly { readonly rule: string; readonly hash: string }[];
  readonly removed: readonly { readonly rule: string; readonly hash: string }[];
  /** A rule of which each set has one version, and not the same or not with the same life. */
  readonly changed: readonly RuleChange[];
  /** Rules that both have, but that fire in another order. */
  readonly reordered: readonly string[];
  /**
   * What the later set counts or tracks and the earlier one does not, of rules that both have: an account's memory
   * holds it only from the change on, unless it is recalled from the log.
   */
  readonly newlyRemembered: readonly string[];
  /** Everything that is not a rule. */
  readonly settings: readonly MemberChange[];
}

/** Compares what two rule sets say, whatever the order of members and the spacing of their files. */
export function diffRuleSets(before: RuleSet, after: RuleSet): RuleSetDiff {
  const [olds, news] = [versionsOf(before), versionsOf(after)];
  const changed: RuleChange[] = [];
  const gone: RuleSource[] = [];
  const come: RuleSource[] = [];
  for (const id of new Set([...olds.keys(), ...news.keys()])) {
    const [was, is] = unmatched(olds.get(id) ?? [], news.get(id) ?? []);
    const [old, now] = [was[0], is[0]];
    if (old !== undefined && now !== undefined && was.length === 1 && is.length === 1)
      changed.push(changeOf(old, now));
    else {
      gone.push(...was);
      come.push(...is);
    }
  }
  const { rules: _before, ...oldSettings } = before.source;
  const { rules: _after, ...newSettings } = after.source;
  return {
    before: before.hash,
    after: after.hash,
    added: come.map(identity),
    removed: gone.map(identity),
    changed,
    reordered: reordered([...olds.keys()], [...news.keys()]),
    newlyRemembered: rememberedBy(after, olds).filter((id) => !rememberedBy(before, olds).includes(id)),
    settings: changesOf(oldSettings, newSettings, ''),
  };
}

/** Ids of what live versions of known rules remember. */
function rememberedBy(set: RuleSet, known: ReadonlyMap<string, unknown>): readonly string[] {
  const rules = [...set.byEvent.values()].flatMap(({ live }) => live);
  return rules.flatMap(({ counts, trackers }) => [
    ...counts.filter(({ rule }) => known.has(rule)).map(({ id }) => id),
    ...trackers.map(({ id }) => id),
  ]);
}

function versionsOf({ source }: RuleSet): Map<string, RuleSource[]> {
  return Map.groupBy(source.rules, ({ id }) => id);
}

/** The versions of a rule that are not in both sets with the same life. Examples change nothing. */
function unmatched(was: readonly RuleSource[], is: readonly RuleSource[]): [RuleSource[], RuleSource[]] {
  const texts = (rules: readonly RuleSource[]): Set<string> => new Set(rules.map(textOf));
  const [old, now] = [texts(was), texts(is)];
  return [was.filter((rule) => !now.has(textOf(rule))), is.filter((rule) => !old.has(textOf(rule)))];
}

function textOf({ examples: _examples, ...rule }: RuleSource): string {
  return canonicalJson(rule);
}

function identity(rule: RuleSource): { readonly rule: string; readonly hash: string } {
  return { rule: rule.id, hash: hashOfRule(rule) };
}

function changeOf(old: RuleSource, now: RuleSource): RuleChange {
  const { examples: _old, ...was } = old;
  const { examples: _now, ...is } = now;
  return { rule: old.id, before: hashOfRule(old), after: hashOfRule(now), members: changesOf(was, is, '') };
}

/** Rules that do not keep their place among those that both sets have. */
function reordered(before: readonly string[], after: readonly string[]): readonly string[] {
  const known = new Set(before);
  const common = new Set(after.filter((id) => known.has(id)));
  const old = before.filter((id) => common.has(id));
  return [...common].filter((id, index) => old[index] !== id);
}

function changesOf(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  pointer: string,
): MemberChange[] {
  const [was, is] = [before ?? null, after ?? null];
  if (canonicalJson(was) === canonicalJson(is)) return [];
  if (!isRecord(was) || !isRecord(is)) return [{ pointer, before: was, after: is }];
  const names = new Set([...Object.keys(was), ...Object.keys(is)]);
  return [...names].flatMap((name) => changesOf(was[name], is[name], `${pointer}/${escaped(name)}`));
}

function isRecord(value: JsonValue): value is { readonly [key: string]: JsonValue | undefined } {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
