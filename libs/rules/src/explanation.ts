import type { CapUse } from './cap-use';
import type { RuleDecision } from './decide-rule';
import type { RuleVersion } from './rule-set';
import type { Shortfall } from './shortfall';

/** Why a rule paid what it paid. */
export interface Explanation {
  readonly rule: string;
  readonly hash: string;
  readonly outcome: RuleDecision['outcome'];
  readonly reason: RuleDecision['reason'];
  readonly asset: string;
  /** Whole units. */
  readonly wanted: number;
  readonly paid: number;
  /** The first part of the condition that does not hold, and how near it is. */
  readonly shortfall: Shortfall | null;
  /** The bound that shortened the award, and when it has room again. */
  readonly cap: CapUse | null;
  /** The best that the amount did not exceed, or of which only the gain is paid, in whole units. */
  readonly best: number | null;
  readonly trustLevel: number;
  /** One sentence. */
  readonly text: string;
}

/** Says explanations in one language; everything that is said is in the explanation, so another language can follow. */
export interface Phrases {
  readonly language: string;
  sentence(explanation: Omit<Explanation, 'text'>, rule: RuleVersion): string;
}
