import type { CelInput, CelProgram, CelValue } from './cel';
import type { RuleMemory, Streak } from './memory';
import { keyPart, keyText, type RuleEvent } from './rule-event';
import type { Tracker } from './rule-set';

/** An event with what was known before it, as trackers read it. */
interface Reading {
  readonly event: RuleEvent;
  readonly day: number;
  readonly input: Omit<CelInput, 'facts'>;
  readonly account: { readonly memory: RuleMemory };
}

const NO_STREAK: Streak = { lastDay: Number.NEGATIVE_INFINITY, days: 0 };
const NO_FACTS = {};

/** What a tracker says before the event. */
export function trackedValue(tracker: Tracker, reading: Reading): CelValue | undefined {
  const { memory } = reading.account;
  const { event } = reading;
  switch (tracker.kind) {
    case 'day_streak':
      return BigInt(nextStreak(memory.get('streaks', tracker.id, '') ?? NO_STREAK, reading.day)?.days ?? 0);
    case 'distinct_ordinal': {
      if (!holds(tracker.when, reading)) return 0n;
      const members = memory.get('members', tracker.id, keyText(event, tracker.group));
      if (members === undefined) return 1n;
      return members.has(keyText(event, tracker.member)) ? 0n : BigInt(members.size + 1);
    }
    case 'last_value':
      return memory.get('values', tracker.id, keyText(event, tracker.key));
  }
}

/** Takes note of the event, whether or not anything is paid; `before` is what the tracker said before it. */
export function track(tracker: Tracker, reading: Reading, before: CelValue | undefined): void {
  const { event } = reading;
  if (keyPart(event, tracker.beneficiary) !== event.beneficiary) return;
  const { memory } = reading.account;
  switch (tracker.kind) {
    case 'day_streak': {
      const days = Number(before);
      if (days === 0) return;
      // A full streak starts again from 0, whatever the caps left of the award.
      memory.put('streaks', tracker.id, '', {
        lastDay: reading.day,
        days: days >= tracker.length ? 0 : days,
      });
      return;
    }
    case 'distinct_ordinal':
      if (before === 0n) return;
      memory.addMember(tracker.id, keyText(event, tracker.group), keyText(event, tracker.member));
      return;
    case 'last_value': {
      const value = event.data[tracker.member];
      if (typeof value !== 'number' || !Number.isFinite(value) || !holds(tracker.when, reading)) return;
      memory.put('values', tracker.id, keyText(event, tracker.key), value);
    }
  }
}

/** An expression that fails on an event does not hold for it. */
function holds(when: CelProgram, reading: Reading): boolean {
  try {
    return when({ ...reading.input, facts: NO_FACTS }) === true;
  } catch {
    return false;
  }
}

/** The streak with this day in it, or null on a day that is not later than the last one counted. */
function nextStreak(before: Streak, day: number): Streak | null {
  if (day <= before.lastDay) return null;
  return { lastDay: day, days: day === before.lastDay + 1 ? before.days + 1 : 1 };
}
