import type { KubeObject } from '../objects';
import { badRequest } from './api-error';

export type Matcher = (object: KubeObject) => boolean;

const SET = /^([^\s!=,()]+)\s+(in|notin)\s+\(([^)]*)\)$/;
const EQUALITY = /^([^\s!=,()]+)\s*(==|=|!=)\s*([^\s,()]*)$/;
const EXISTENCE = /^(!?)\s*([^\s!=,()]+)$/;

/** Splits at commas that are not inside parentheses. */
function requirementsOf(selector: string): readonly string[] {
  return selector
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function labelRequirement(text: string): (labels: Readonly<Record<string, string>>) => boolean {
  const set = SET.exec(text);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return (labels) => {
      const value = labels[key];
      const inside = value !== undefined && values.includes(value);
      return operator === 'in' ? inside : !inside;
    };
  }
  const equality = EQUALITY.exec(text);
  if (equality !== null) {
    const [, key = '', operator, value = ''] = equality;
    return (labels) => (operator === '!=' ? labels[key] !== value : labels[key] === value);
  }
  const existence = EXISTENCE.exec(text);
  if (existence === null) throw badRequest(`unable to parse requirement: ${text}`);
  const [, not, key = ''] = existence;
  return (labels) => (not === '!' ? labels[key] === undefined : labels[key] !== undefined);
}

/** `a=b,c!=d,e in (f,g),h,!i` */
export function labelMatcher(selector: string): Matcher {
  const requirements = requirementsOf(selector).map(labelRequirement);
  return (object) => requirements.every((holds) => holds(object.metadata.labels ?? {}));
}

function fieldOf(object: KubeObject, path: string): string {
  let value: unknown = object;
  for (const step of path.split('.')) {
    value =
      typeof value === 'object' && value !== null
        ? (value as Readonly<Record<string, unknown>>)[step]
        : undefined;
  }
  return typeof value === 'string' ? value : '';
}

/** `metadata.name=x,status.phase!=Running` */
export function fieldMatcher(selector: string): Matcher {
  const requirements = requirementsOf(selector).map((text) => {
    const equality = EQUALITY.exec(text);
    if (equality === null) throw badRequest(`unable to parse field selector: ${text}`);
    const [, path = '', operator, value = ''] = equality;
    return (object: KubeObject) => (fieldOf(object, path) === value) === (operator !== '!=');
  });
  return (object) => requirements.every((holds) => holds(object));
}
