import type { Calendar, LotLife } from './calendar';
import type { CelProgram, CelScope, CelType, DataType } from './cel';
import type { RuleSetSource, RuleSource, TrustPolicy, WindowSource } from './rule-source';

/** One series of paid awards that some rule version counts over. */
export interface Series {
  readonly id: string;
  /** The rule whose paid awards are counted. */
  readonly rule: string;
  /** Paths of the key, empty when the series has none. */
  readonly key: readonly string[];
  readonly grain: 'ever' | 'day' | 'times' | 'best';
}

/** A series over a window that ends at the event's own time. */
export interface Counted {
  readonly series: Series;
  readonly window: WindowSource;
}

interface Tracked {
  /** Says what is tracked: two versions that ask the same share it. */
  readonly id: string;
  readonly event: string;
  readonly beneficiary: RuleSource['beneficiary'];
}

/** Something about the past that follows the events themselves, paid or not. */
export type Tracker = Tracked &
  (
    | { readonly kind: 'day_streak'; readonly length: number }
    | {
        readonly kind: 'distinct_ordinal';
        readonly group: readonly string[];
        readonly member: readonly string[];
        readonly when: CelProgram;
      }
    | {
        readonly kind: 'last_value';
        readonly key: readonly string[];
        /** Member of the data, without `data.`. */
        readonly member: string;
        readonly when: CelProgram;
      }
  );

export type CompiledFact = { readonly name: string; readonly type: CelType } & (
  | ({ readonly kind: 'paid_count' | 'best_award' } & Counted)
  | { readonly kind: 'tracked'; readonly tracker: Tracker }
);

export type CompiledCap =
  | { readonly kind: 'claim' }
  | ({
      readonly kind: 'count' | 'amount';
      /** Awards, or smallest units of the asset. */
      readonly limit: bigint;
    } & Counted);

/** One immutable rule version, ready to run. */
export interface RuleVersion {
  readonly id: string;
  /** SHA-256 of the canonical JSON of what the version does: all but its mode, its times and its examples. Hex. */
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
  readonly dataType: DataType;
  readonly facts: readonly CompiledFact[];
  readonly condition: CelProgram;
  readonly amount: CelProgram;
  /** The fact over which only the gain is paid. */
  readonly gainOver: (CompiledFact & { readonly kind: 'best_award' }) | null;
  readonly caps: readonly CompiledCap[];
  readonly pendingUs: bigint;
  readonly lotLife: LotLife;
  /** Whether the user's daily cap bounds its awards and counts them. */
  readonly dailyCap: boolean;
  readonly valueLane: boolean;
  readonly alsoCredits: readonly string[];
  /** What this version's facts track. */
  readonly trackers: readonly Tracker[];
  /** What its caps and facts count over. */
  readonly counts: readonly Series[];
  /** The version as its file says it. */
  readonly source: RuleSource;
}

/** Everything that an event type has to do with. */
export interface EventRules {
  readonly dataType: DataType;
  /** Live and retired versions, in order of firing. */
  readonly live: readonly RuleVersion[];
  readonly shadow: readonly RuleVersion[];
  /** What live and retired versions track. */
  readonly trackers: readonly Tracker[];
}

export interface AssetPolicy {
  readonly unitsPerWhole: bigint;
  /** Days after which a credit ranks half; null for one that does not fade. A fading asset is never spent. */
  readonly halfLifeDays: number | null;
}

/** A loaded rule set: every rule version of one file, in the file's order, which is the order of firing. */
export interface RuleSet {
  readonly name: string;
  /** SHA-256 of the whole file's canonical JSON, hex. */
  readonly hash: string;
  readonly calendar: Calendar;
  readonly assets: ReadonlyMap<string, AssetPolicy>;
  readonly dailyCap: { readonly asset: string; readonly byTrustLevel: readonly bigint[] };
  readonly trust: TrustPolicy;
  readonly velocity: {
    readonly earningEvents: number;
    readonly windowUs: number;
    readonly lateUs: number;
  };
  readonly votes: {
    readonly milliVotesByTrustLevel: readonly number[];
    /** Whole votes, ascending. */
    readonly thresholds: readonly number[];
  };
  readonly byEvent: ReadonlyMap<string, EventRules>;
  /** Every version, drafts too, in the file's order. */
  readonly versions: readonly RuleVersion[];
  /** Which series a paid award of a rule is added to. */
  readonly seriesOfRule: ReadonlyMap<string, readonly Series[]>;
  readonly shadowHashes: ReadonlySet<string>;
  /** The rule set as its file says it. */
  readonly source: RuleSetSource;
}

/** Whether a version decides events of this time. */
export function isInForce(rule: RuleVersion, timeUs: bigint): boolean {
  return rule.fromUs <= timeUs && (rule.toUs === null || timeUs < rule.toUs);
}

/** The rule versions that decide an event of this type and time, live ones and shadows each in order of firing. */
export function rulesInForce(set: RuleSet, eventType: string, timeUs: bigint): readonly RuleVersion[] {
  const rules = set.byEvent.get(eventType);
  if (rules === undefined) return [];
  return [...rules.live, ...rules.shadow].filter((rule) => isInForce(rule, timeUs));
}

/** The live version of a rule for events of a time. */
export function versionInForce(set: RuleSet, id: string, timeUs: bigint): RuleVersion | undefined {
  return set.versions.find(
    (rule) => rule.id === id && ['live', 'retired'].includes(rule.source.mode) && isInForce(rule, timeUs),
  );
}

/** The user's daily cap at a trust level, in smallest units of the capped asset. */
export function dailyLimit(set: RuleSet, level: number): bigint {
  return set.dailyCap.byTrustLevel[level] ?? set.dailyCap.byTrustLevel.at(-1) ?? 0n;
}

/** The first of each id: two versions that ask the same share what is remembered. */
export function distinctById<T extends { readonly id: string }>(all: readonly T[]): readonly T[] {
  return [...new Map(all.map((each) => [each.id, each])).values()];
}
