import { DAILY_SERIES, type EventReading } from './event-reading';
import type { RuleVersion, Series } from './rule-set';
import { trustAfterAward, trustAfterEvent, type TrustFacts } from './trust';

const NO_SERIES: readonly Series[] = [];

/** How many times the bound of velocity is kept of a user's earning events. */
const RECENT_PER_BOUND = 2;

/** Takes note of an event as such, paid or not. @returns the trust facts after it */
export function rememberEvent(reading: EventReading, trust: TrustFacts): TrustFacts {
  reading.track(reading.rules.trackers);
  return trustAfterEvent(trust, reading.event);
}

/** An award as it counts: what is left of it after reversals. Smallest units. */
export interface CountedAward {
  readonly rule: Pick<RuleVersion, 'id' | 'dailyCap' | 'valueLane'>;
  readonly paid: bigint;
  readonly value: bigint;
}

/** Takes note of a paid award. @returns the trust facts after it */
export function rememberAward(reading: EventReading, trust: TrustFacts, award: CountedAward): TrustFacts {
  const { rule, paid, value } = award;
  reading.addPaid(reading.set.seriesOfRule.get(rule.id) ?? NO_SERIES, { amount: paid, value });
  if (rule.dailyCap) {
    reading.account.memory.addDay(DAILY_SERIES, { key: '', day: reading.day }, paid);
  }
  return rule.valueLane ? trustAfterAward(trust, paid) : trust;
}

/**
 * Takes note of an event that some rule matched. @returns whether there are too many of them up to its own time, in a
 * window of the rule set's velocity
 */
export function rememberEarning({ set, account, atUs }: EventReading): boolean {
  const { memory } = account;
  const { recent } = memory;
  const { earningEvents, windowUs, lateUs } = set.velocity;
  let within = 1;
  let newest = atUs;
  for (const earlier of recent) {
    if (earlier > atUs - windowUs && earlier <= atUs) within += 1;
    if (earlier > newest) newest = earlier;
  }
  const since = newest - windowUs - lateUs;
  const kept = recent.filter((earlier) => earlier > since);
  if (kept.length >= RECENT_PER_BOUND * earningEvents) kept.shift();
  kept.push(atUs);
  memory.recent = kept;
  return within > earningEvents;
}
