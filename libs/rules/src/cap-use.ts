import { beginOfDayUs, dayOf, US_PER_DAY, US_PER_HOUR } from './calendar';
import type { RuleMemory } from './memory';
import { keyText, type RuleEvent } from './rule-event';
import { dailyLimit, type CompiledCap, type RuleSet, type RuleVersion } from './rule-set';
import type { WindowSource } from './rule-source';

/** A bound that shortened an award, and when it leaves room again. */
export interface CapUse {
  /** `daily` is the user's cap over all rules, `claim` what is given once across users. */
  readonly kind: 'count' | 'amount' | 'daily' | 'claim';
  /** Awards, or smallest units of the asset; null for a claim. */
  readonly limit: bigint | null;
  /** What was left of it before this event. */
  readonly left: bigint;
  readonly window: WindowSource;
  /** What it is counted by, empty for the user alone: `data.project_id`. */
  readonly key: readonly string[];
  /** Event time from which on there is room again; null: never, or it cannot be told from what is known. */
  readonly resetsAtUs: bigint | null;
  /** Zone of calendar days. */
  readonly zone: string;
}

/** What a decision recorded of the caps of its rule. */
export interface CapFacts {
  readonly capsLeft: readonly (bigint | null)[];
  readonly dailyLeft: bigint | null;
  readonly level: number;
}

export interface CapContext {
  readonly set: RuleSet;
  readonly rule: RuleVersion;
  readonly event: RuleEvent;
  readonly facts: CapFacts;
  /** What is remembered of the user; tells when a moving window has room again. */
  readonly memory: RuleMemory | null;
}

/** The cap of the rule that left least. */
export function tightestCap(context: CapContext): CapUse | null {
  const { facts, rule, set } = context;
  const bound = facts.capsLeft
    .flatMap((left, index) => (left === null ? [] : [{ left, cap: rule.caps[index] }]))
    .sort((one, other) => Number(one.left - other.left))[0];
  if (bound?.cap === undefined) return null;
  const { left, cap } = bound;
  const zone = set.calendar.zone;
  if (cap.kind === 'claim')
    return { kind: 'claim', limit: null, left, window: { kind: 'ever' }, key: [], resetsAtUs: null, zone };
  const { kind, limit, window, series } = cap;
  return { kind, limit, left, window, key: series.key, resetsAtUs: resetOf(cap, context), zone };
}

/** The user's cap of the day. */
export function dailyCapOf({ set, event, facts }: CapContext): CapUse {
  return {
    kind: 'daily',
    limit: dailyLimit(set, facts.level),
    left: facts.dailyLeft ?? 0n,
    window: { kind: 'day' },
    key: [],
    resetsAtUs: nextDay(set, event),
    zone: set.calendar.zone,
  };
}

function nextDay(set: RuleSet, event: RuleEvent): bigint {
  return beginOfDayUs(set.calendar, dayOf(set.calendar, event.timeUs) + 1);
}

function resetOf(
  cap: CompiledCap & { readonly kind: 'count' | 'amount' },
  context: CapContext,
): bigint | null {
  const { window } = cap;
  switch (window.kind) {
    case 'ever':
      return null;
    case 'day':
      return nextDay(context.set, context.event);
    case 'rolling':
      return roomAfter(cap, context, BigInt(window.days) * US_PER_DAY);
    case 'lookback':
      return roomAfter(cap, context, BigInt(window.hours) * US_PER_HOUR + 1n);
  }
}

/** When so much has left a moving window that it is no longer full. */
function roomAfter(
  { kind, limit, series }: CompiledCap & { readonly kind: 'count' | 'amount' },
  { memory, event }: CapContext,
  spanUs: bigint,
): bigint | null {
  const times = memory?.timesOf(series.id, keyText(event, series.key)) ?? [];
  let used = 0n;
  // From the newest back: the award that fills the window to its limit is the one that has to leave it.
  for (const paid of times.toReversed()) {
    const atUs = BigInt(paid.atUs);
    if (atUs > event.timeUs) continue;
    used += kind === 'count' ? 1n : paid.amount;
    if (used >= limit) return atUs + spanUs;
  }
  return null;
}
