import { instantUs } from './compile-rule';
import type { UnplacedProblem } from './problem';
import type { RuleSetSource, RuleSource } from './rule-source';

interface Placed {
  readonly rule: RuleSource;
  readonly index: number;
  readonly from: bigint;
  readonly to: bigint | null;
}

/** At most one live version of a rule is in force at an instant, and a window is not empty. */
export function checkVersions(source: RuleSetSource, problems: UnplacedProblem[]): void {
  const versions = source.rules.map((rule, index): Placed => {
    const to = rule.to === null ? null : instantUs(rule.to);
    return { rule, index, from: instantUs(rule.from), to };
  });
  for (const version of versions) {
    const pointer = `/rules/${String(version.index)}`;
    const report = (member: string, message: string): void => {
      problems.push({ pointer: `${pointer}${member}`, expression: null, message });
    };
    if (version.to !== null && version.to <= version.from) report('/to', 'ends before it begins');
    if (version.rule.mode === 'retired' && version.to === null)
      report('/to', 'a retired version says until when it was in force');
    const overlapping = versions.find((other) => overlaps(other, version));
    if (overlapping !== undefined)
      report('', `overlaps the version of ${version.rule.id} at /rules/${String(overlapping.index)}`);
  }
}

/** Whether an earlier entry of the file decides for the same instants as this one. */
function overlaps(other: Placed, version: Placed): boolean {
  if (other.index >= version.index || other.rule.id !== version.rule.id) return false;
  if (!pays(other) || !pays(version)) return false;
  return (other.to === null || version.from < other.to) && (version.to === null || other.from < version.to);
}

/** A retired version still decides late events of its time. */
function pays({ rule }: Placed): boolean {
  return rule.mode === 'live' || rule.mode === 'retired';
}
