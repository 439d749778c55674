const US_PER_MINUTE = 60_000_000n;
export const US_PER_HOUR = 60n * US_PER_MINUTE;
export const US_PER_DAY = 24n * US_PER_HOUR;
const DAY_US = Number(US_PER_DAY);
const MONTHS_PER_YEAR = 12;

/**
 * Calendar days of one fixed offset from UTC. Asia/Shanghai has kept +08:00 without daylight saving since 1991;
 * a fixed offset keeps decisions independent of the time zone data of the machine that replays them.
 */
export interface Calendar {
  /** How the zone is called, for people. */
  readonly zone: string;
  readonly offsetUs: bigint;
}

/** A calendar of an offset in minutes. */
export function calendarOf(utcOffsetMinutes: number, zone = ''): Calendar {
  return { zone, offsetUs: BigInt(utcOffsetMinutes) * US_PER_MINUTE };
}

/** The calendar day of an instant, as days since 1970-01-01. Exact for instants up to the year 2255. */
export function dayOf(calendar: Calendar, atUs: bigint): number {
  const local = Number(atUs + calendar.offsetUs);
  const timeOfDay = local % DAY_US;
  const day = (local - timeOfDay) / DAY_US;
  return timeOfDay < 0 ? day - 1 : day;
}

/** The instant at which a calendar day begins. */
export function beginOfDayUs(calendar: Calendar, day: number): bigint {
  return BigInt(day) * US_PER_DAY - calendar.offsetUs;
}

/** How long a lot lives. */
export type LotLife = { readonly months: number } | { readonly days: number };

/** The end of a lot's life: the same local time of day, the day clamped to the length of the month. */
export function addLife(calendar: Calendar, fromUs: bigint, life: LotLife): bigint {
  if ('days' in life) return fromUs + BigInt(life.days) * US_PER_DAY;
  const dayNumber = dayOf(calendar, fromUs);
  const timeOfDayUs = fromUs + calendar.offsetUs - BigInt(dayNumber) * US_PER_DAY;
  const date = new Date(Number(BigInt(dayNumber) * US_PER_DAY) / 1000);
  const monthIndex = date.getUTCFullYear() * MONTHS_PER_YEAR + date.getUTCMonth() + life.months;
  const year = Math.floor(monthIndex / MONTHS_PER_YEAR);
  const month = monthIndex % MONTHS_PER_YEAR;
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const target = Date.UTC(year, month, Math.min(date.getUTCDate(), lastDay));
  return BigInt(target) * 1000n + timeOfDayUs - calendar.offsetUs;
}
