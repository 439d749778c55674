import { calendarOf, US_PER_HOUR } from './calendar';
import { canonicalHash } from './canonical-json';
import type { DataType } from './cel';
import {
  distinctById,
  type AssetPolicy,
  type EventRules,
  type RuleSet,
  type RuleVersion,
  type Tracker,
} from './rule-set';
import type { RuleSetSource } from './rule-source';

/** Puts compiled versions together: by event type, with everything that has to be remembered for them. */
export function buildRuleSet(
  source: RuleSetSource,
  versions: readonly RuleVersion[],
  dataTypes: ReadonlyMap<string, DataType>,
): RuleSet {
  const paying = versions.filter(({ source: { mode } }) => mode === 'live' || mode === 'retired');
  const shadows = versions.filter(({ shadow }) => shadow);
  const dailyUnits = BigInt(source.assets[source.daily_cap.asset]?.units_per_whole ?? 1);
  const { velocity, votes } = source;
  return {
    name: source.name,
    hash: canonicalHash(source),
    calendar: calendarOf(source.calendar.utc_offset_minutes, source.calendar.zone),
    assets: new Map(Object.entries(source.assets).map(([name, asset]) => [name, assetPolicy(asset)])),
    dailyCap: {
      asset: source.daily_cap.asset,
      byTrustLevel: source.daily_cap.by_trust_level.map((whole) => BigInt(whole) * dailyUnits),
    },
    trust: source.trust,
    velocity: {
      earningEvents: velocity.earning_events,
      windowUs: velocity.hours * Number(US_PER_HOUR),
      lateUs: velocity.late_hours * Number(US_PER_HOUR),
    },
    votes: {
      milliVotesByTrustLevel: votes.milli_votes_by_trust_level,
      thresholds: votes.thresholds.toSorted((left, right) => left - right),
    },
    byEvent: byEvent(paying, shadows, dataTypes),
    versions,
    seriesOfRule: Map.groupBy(distinctById(paying.flatMap(({ counts }) => counts)), ({ rule }) => rule),
    shadowHashes: new Set(shadows.map(({ hash }) => hash)),
    source,
  };
}

function assetPolicy(asset: RuleSetSource['assets'][string]): AssetPolicy {
  return { unitsPerWhole: BigInt(asset.units_per_whole), halfLifeDays: asset.half_life_days ?? null };
}

function byEvent(
  paying: readonly RuleVersion[],
  shadows: readonly RuleVersion[],
  dataTypes: ReadonlyMap<string, DataType>,
): ReadonlyMap<string, EventRules> {
  return new Map(
    [...dataTypes].map(([event, dataType]) => {
      const live = paying.filter((rule) => rule.event === event);
      const shadow = shadows.filter((rule) => rule.event === event);
      return [event, { dataType, live, shadow, trackers: distinctTrackers(live) }];
    }),
  );
}

function distinctTrackers(rules: readonly RuleVersion[]): readonly Tracker[] {
  return distinctById(rules.flatMap(({ trackers }) => trackers));
}
