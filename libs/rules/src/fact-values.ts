import { dayOf, US_PER_DAY, US_PER_HOUR, type Calendar } from './calendar';
import type { CelInput } from './cel';
import {
  addMember,
  dayKey,
  putStreak,
  timesOf,
  totalOf,
  type RuleMemory,
  type Streak,
  type Total,
} from './memory';
import { keyText, type RuleEvent } from './rule-event';
import type { CompiledFact, Series } from './rule-set';
import type { WindowSource } from './rule-source';

const NO_STREAK: Streak = { lastDay: Number.NEGATIVE_INFINITY, days: 0 };

/** Paid awards of a series in a window that ends at the event's own time. */
export function paidIn(
  memory: RuleMemory,
  counted: { readonly series: Series; readonly window: WindowSource },
  event: RuleEvent,
  calendar: Calendar,
): Total {
  const key = counted.series.key.length === 0 ? '' : keyText(event, counted.series.key);
  const { window, series } = counted;
  switch (window.kind) {
    case 'ever':
      return totalOf(memory, series.id, key);
    case 'day':
      return totalOf(memory, series.id, dayKey(key, dayOf(calendar, event.timeUs)));
    case 'rolling': {
      const after = event.timeUs - BigInt(window.days) * US_PER_DAY;
      return sumOf(memory, series.id, key, { firstUs: after + 1n, lastUs: event.timeUs });
    }
    case 'lookback': {
      const firstUs = event.timeUs - BigInt(window.hours) * US_PER_HOUR;
      return sumOf(memory, series.id, key, { firstUs, lastUs: event.timeUs });
    }
  }
}

function sumOf(
  memory: RuleMemory,
  series: string,
  key: string,
  span: { readonly firstUs: bigint; readonly lastUs: bigint },
): Total {
  let count = 0;
  let amount = 0n;
  for (const paid of timesOf(memory, series, key)) {
    if (paid.atUs < span.firstUs || paid.atUs > span.lastUs) continue;
    count += 1;
    amount += paid.amount;
  }
  return { count, amount };
}

/** What a fact says of this event, from the memory before it. */
export function factValue(
  fact: CompiledFact,
  memory: RuleMemory,
  event: RuleEvent,
  at: { readonly calendar: Calendar; readonly input: CelInput },
): bigint {
  switch (fact.kind) {
    case 'paid_count':
      return BigInt(paidIn(memory, fact, event, at.calendar).count);
    case 'day_streak': {
      const before = memory.streaks.get(fact.id) ?? NO_STREAK;
      return BigInt(nextStreak(before, dayOf(at.calendar, event.timeUs))?.days ?? 0);
    }
    case 'distinct_ordinal': {
      if (fact.when(at.input) !== true) return 0n;
      const members = memory.members.get(fact.id)?.get(keyText(event, fact.group));
      return members?.has(keyText(event, fact.member)) === true ? 0n : BigInt((members?.size ?? 0) + 1);
    }
  }
}

/** The memory after the event: what a fact takes note of whether or not anything is paid. */
export function rememberFact(
  fact: CompiledFact,
  memory: RuleMemory,
  event: RuleEvent,
  of: { readonly calendar: Calendar; readonly value: bigint },
): RuleMemory {
  const { calendar, value } = of;
  switch (fact.kind) {
    case 'paid_count':
      return memory;
    case 'day_streak': {
      if (value === 0n) return memory;
      // A full streak starts again from 0, whatever the caps left of the award.
      const days = value >= BigInt(fact.length) ? 0 : Number(value);
      return putStreak(memory, fact.id, { lastDay: dayOf(calendar, event.timeUs), days });
    }
    case 'distinct_ordinal':
      if (value === 0n) return memory;
      return addMember(memory, fact.id, keyText(event, fact.group), keyText(event, fact.member));
  }
}

/** The streak with this day in it, or null on a day that is not later than the last one counted. */
function nextStreak(before: Streak, day: number): Streak | null {
  if (day <= before.lastDay) return null;
  return { lastDay: day, days: day === before.lastDay + 1 ? before.days + 1 : 1 };
}
