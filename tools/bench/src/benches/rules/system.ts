import type { RuleEvent } from '@kuda/rules';

/** Whole units paid by rule. */
export type PaidByRule = Readonly<Record<string, number>>;

/** Decides a stream from empty accounts. */
export interface RulesSystem {
  readonly name: string;
  readonly note: string;
  /** One pass; gives what was paid, so that passes and systems can be compared. */
  pass(events: readonly RuleEvent[]): Promise<PaidByRule> | PaidByRule;
}

/** Adds to a sum by name. */
export function add(sums: Record<string, number>, name: string, amount: number): void {
  sums[name] = (sums[name] ?? 0) + amount;
}
