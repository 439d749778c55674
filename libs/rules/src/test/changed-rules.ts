import { defaultRulesText } from './default-rules';

type Json = Record<string, unknown>;

/** A rule set as JSON, open to be changed. */
export interface ChangeableSource extends Json {
  rules: Json[];
}

/** The text of the shipped rule set, changed. */
export function changedRules(change: (source: ChangeableSource) => void): string {
  const source = JSON.parse(defaultRulesText()) as ChangeableSource;
  change(source);
  return JSON.stringify(source);
}
