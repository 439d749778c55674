import fc from 'fast-check';
import { storyEvents, type ActivityEvent } from './story-events';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const shanghaiDay = ({ time }: ActivityEvent): number =>
  Math.floor((Date.parse(time) + 8 * HOUR_MS) / DAY_MS);

const daysOf = (events: readonly ActivityEvent[], type: string): readonly number[] =>
  events.filter((event) => event.type === `ai.kuda.${type}.v1`).map(shanghaiDay);

/** Any millisecond of three years, leap day and both ends of every day among them. */
const anyMoment = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2028, 11, 31) });

describe('the events of the story, at whatever moment it is told', () => {
  it('have seven logins in a row and five jobs on five days', () => {
    fc.assert(
      fc.property(anyMoment, (now) => {
        const events = storyEvents('u', now);
        const logins = daysOf(events, 'session.login');
        expect(logins.map((day) => day - (logins[0] ?? 0))).toEqual([0, 1, 2, 3, 4, 5, 6]);
        expect(new Set(daysOf(events, 'training.job.completed')).size).toBe(5);
      }),
    );
  });

  it('stand in the past and in order', () => {
    fc.assert(
      fc.property(anyMoment, (now) => {
        const times = storyEvents('u', now).map(({ time }) => Date.parse(time));
        expect(times).toEqual(times.toSorted((one, other) => one - other));
        expect(Math.max(...times)).toBeLessThan(now);
      }),
    );
  });

  it('let the published model mature and the user be L1 by now', () => {
    fc.assert(
      fc.property(anyMoment, (now) => {
        const events = storyEvents('u', now);
        const age = (type: string): number => {
          const found = events.find((event) => event.type === `ai.kuda.${type}.v1`);
          return now - Date.parse(found?.time ?? '');
        };
        expect(age('model.published')).toBeGreaterThan(72 * HOUR_MS);
        expect(age('account.registered')).toBeGreaterThanOrEqual(7 * DAY_MS);
        expect(age('account.registered')).toBeLessThan(11 * DAY_MS);
      }),
    );
  });

  it('never ask for more than 60 points on one day, the daily cap of a newcomer', () => {
    const points: Readonly<Record<string, number>> = {
      'account.factor_enrolled': 10,
      'session.login': 2,
      'training.job.completed': 4,
      'model.published': 40,
      'model.shared': 10,
    };
    fc.assert(
      fc.property(anyMoment, (now) => {
        const events = storyEvents('u', now);
        const byDay = new Map<number, number>();
        const pay = (day: number, amount: number): unknown => byDay.set(day, (byDay.get(day) ?? 0) + amount);
        for (const event of events) {
          pay(shanghaiDay(event), points[event.type.replace('ai.kuda.', '').replace('.v1', '')] ?? 0);
        }
        pay(daysOf(events, 'session.login').at(-1) ?? 0, 16);
        pay(daysOf(events, 'training.job.completed').at(0) ?? 0, 10);
        expect(Math.max(...byDay.values())).toBeLessThanOrEqual(60);
        expect([...byDay.values()].reduce((sum, value) => sum + value, 0)).toBe(120);
      }),
    );
  });
});
