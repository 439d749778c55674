import type { Report } from './problem';
import type { FactSource, RuleSetSource, RuleSource } from './rule-source';

/** Names that must be declared: the event type, assets, rules that are counted, and members that make keys. */
export function checkNames(set: RuleSetSource, source: RuleSource, report: Report): void {
  if (set.events[source.event] === undefined) report('event', `event type ${source.event} is not declared`);
  if (set.assets[source.asset] === undefined) report('asset', `asset ${source.asset} is not declared`);
  for (const [index, also] of (source.also_credits ?? []).entries()) {
    const asset = set.assets[also];
    const member = `also_credits/${String(index)}`;
    if (asset === undefined) report(member, `asset ${also} is not declared`);
    else if (asset.units_per_whole !== set.assets[source.asset]?.units_per_whole)
      report(member, `asset ${also} has other units than ${source.asset}`);
  }
  const guard = source.condition;
  checkPath(set, source, { member: 'beneficiary', path: source.beneficiary, guard: '' }, report);
  for (const [index, cap] of source.caps.entries()) {
    for (const path of 'key' in cap ? (cap.key ?? []) : [])
      checkPath(set, source, { member: `caps/${String(index)}/key`, path, guard }, report);
  }
  for (const [name, fact] of Object.entries(source.facts)) checkFact(set, source, { name, fact }, report);
}

function checkFact(
  set: RuleSetSource,
  source: RuleSource,
  { name, fact }: { readonly name: string; readonly fact: FactSource },
  report: Report,
): void {
  if (fact.kind === 'paid_count') {
    const counted = fact.rule ?? source.id;
    const known = set.rules.some((rule) => rule.id === counted && rule.event === source.event);
    if (!known) report(`facts/${name}/rule`, `no rule ${counted} on event type ${source.event}`);
  }
  const guard = 'when' in fact ? fact.when : source.condition;
  for (const path of keyPaths(fact)) checkPath(set, source, { member: `facts/${name}`, path, guard }, report);
  if (fact.kind !== 'last_value') return;
  const type = set.events[source.event]?.data[fact.member.slice('data.'.length)]?.replace('?', '');
  if (type !== 'int' && type !== 'double')
    report(`facts/${name}/member`, `${fact.member} is not a number of the event type`);
}

function keyPaths(fact: FactSource): readonly string[] {
  switch (fact.kind) {
    case 'paid_count':
    case 'best_award':
      return fact.key ?? [];
    case 'distinct_ordinal':
      return [...fact.group, ...fact.member];
    case 'last_value':
      return fact.key;
    case 'day_streak':
      return [];
  }
}

/** A member that makes a key is declared; one that may be absent is asked for by the condition that guards the key. */
function checkPath(
  set: RuleSetSource,
  source: RuleSource,
  at: { readonly member: string; readonly path: string; readonly guard: string },
  report: Report,
): void {
  if (!at.path.startsWith('data.')) return;
  const member = at.path.slice('data.'.length);
  const type = set.events[source.event]?.data[member];
  if (type === undefined) {
    report(at.member, `${at.path} is not declared by the event type`);
    return;
  }
  if (!type.endsWith('?')) return;
  if (asksFor(at.guard, at.path)) return;
  report(at.member, `${at.path} is optional and cannot be a key unless the condition asks has(${at.path})`);
}

function asksFor(condition: string, path: string): boolean {
  return condition.replaceAll(/\s/g, '').includes(`has(${path})`);
}
