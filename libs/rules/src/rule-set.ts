import type { Calendar, LotLife } from './calendar';
import type { CelProgram, CelScope, CelType } from './cel';
import type { RuleSource, TrustPolicy, WindowSource } from './rule-source';

/** One series of paid awards that some rule version counts over. */
export interface Series {
  readonly id: string;
  /** The rule whose paid awards are counted. */
  readonly rule: string;
  /** Paths of the key, empty when the series has none. */
  readonly key: readonly string[];
  readonly grain: 'ever' | 'day' | 'times';
}

export type CompiledFact =
  | {
      readonly name: string;
      readonly kind: 'paid_count';
      readonly series: Series;
      readonly window: WindowSource;
    }
  | { readonly name: string; readonly kind: 'day_streak'; readonly id: string; readonly length: number }
  | {
      readonly name: string;
      readonly kind: 'distinct_ordinal';
      readonly id: string;
      readonly group: readonly string[];
      readonly member: readonly string[];
      readonly when: CelProgram;
    };

export type CompiledCap =
  | { readonly kind: 'claim' }
  | {
      readonly kind: 'count' | 'amount';
      /** Awards, or smallest units of the asset. */
      readonly limit: bigint;
      readonly series: Series;
      readonly window: WindowSource;
    };

/** One immutable rule version, ready to run. */
export interface RuleVersion {
  readonly id: string;
  /** SHA-256 of the version's canonical JSON, hex. */
  readonly hash: string;
  readonly shadow: boolean;
  /** In force for event times in [fromUs, toUs). */
  readonly fromUs: bigint;
  readonly toUs: bigint | null;
  readonly event: string;
  readonly beneficiary: RuleSource['beneficiary'];
  readonly asset: string;
  /** Smallest units per whole unit of the amount expression (1000 for POINT). */
  readonly unitsPerWhole: bigint;
  readonly scope: CelScope;
  readonly dataTypes: ReadonlyMap<string, CelType>;
  readonly facts: readonly CompiledFact[];
  readonly condition: CelProgram;
  readonly amount: CelProgram;
  readonly caps: readonly CompiledCap[];
  readonly pendingUs: bigint;
  readonly lotLife: LotLife;
  readonly dailyCap: boolean;
  readonly valueLane: boolean;
}

/** A loaded rule set: every rule version of one file, in the file's order, which is the order of firing. */
export interface RuleSet {
  readonly name: string;
  /** SHA-256 of the whole file's canonical JSON, hex. */
  readonly hash: string;
  readonly calendar: Calendar;
  readonly dailyCap: { readonly asset: string; readonly byTrustLevel: readonly bigint[] };
  readonly trust: TrustPolicy;
  readonly byEvent: ReadonlyMap<string, readonly RuleVersion[]>;
  /** Which series a paid award of a rule is added to. */
  readonly seriesOfRule: ReadonlyMap<string, readonly Series[]>;
}

const NO_RULES: readonly RuleVersion[] = [];

/** The rule versions that decide an event of this type and time, in order of firing. */
export function rulesInForce(set: RuleSet, eventType: string, timeUs: bigint): readonly RuleVersion[] {
  const rules = set.byEvent.get(eventType) ?? NO_RULES;
  const inForce = (rule: RuleVersion): boolean =>
    rule.fromUs <= timeUs && (rule.toUs === null || timeUs < rule.toUs);
  return rules.every(inForce) ? rules : rules.filter(inForce);
}

/** The user's daily cap at a trust level, in smallest units of the capped asset. */
export function dailyLimit(set: RuleSet, level: number): bigint {
  return set.dailyCap.byTrustLevel[level] ?? set.dailyCap.byTrustLevel.at(-1) ?? 0n;
}
