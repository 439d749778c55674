/** RFC 3339 section 5.6 `date-time`; `T` and `Z` in either case, an offset always. Nanoseconds at most. */
const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

const MICROSECONDS_DIGITS = 6;
const US_PER_MS = 1000n;
const MS_PER_MINUTE = 60_000;
const LEAP_SECOND = 60;
/** Nothing of ours is older than the epoch; a negative instant would only be a producer's fault. */
const FIRST_YEAR = 1970;

function part(match: RegExpExecArray, group: number): number {
  return Number(match[group] ?? '0');
}

/** The offset from UTC in minutes, or undefined when out of range. */
function offsetMinutes(match: RegExpExecArray): number | undefined {
  const hours = part(match, 9);
  const minutes = part(match, 10);
  if (hours > 23 || minutes > 59) return undefined;
  return (match[8] === '-' ? -1 : 1) * (hours * 60 + minutes);
}

/** A leap second ends June or December in UTC; it is the same instant as the midnight after it (POSIX). */
function isLeapSecond(midnightMs: number): boolean {
  const after = new Date(midnightMs);
  const startsMonth = after.getUTCDate() === 1 && midnightMs % (24 * 60 * MS_PER_MINUTE) === 0;
  return startsMonth && (after.getUTCMonth() === 0 || after.getUTCMonth() === 6);
}

/**
 * The instant of an RFC 3339 text in microseconds since the Unix epoch, or undefined when the text is not one.
 * Digits beyond the microsecond are cut off.
 */
export function parseInstantUs(text: string): bigint | undefined {
  const match = DATE_TIME.exec(text);
  if (match === null) return undefined;
  const [year, month, day] = [part(match, 1), part(match, 2), part(match, 3)];
  const [hour, minute, second] = [part(match, 4), part(match, 5), part(match, 6)];
  if (year < FIRST_YEAR || hour > 23 || minute > 59 || second > LEAP_SECOND) return undefined;
  const midnight = new Date(Date.UTC(year, month - 1, day));
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return undefined;
  const offset = offsetMinutes(match);
  if (offset === undefined) return undefined;
  const ms = Date.UTC(year, month - 1, day, hour, minute - offset, second);
  if (ms < 0 || (second === LEAP_SECOND && !isLeapSecond(ms))) return undefined;
  const micros = (match[7] ?? '').slice(0, MICROSECONDS_DIGITS).padEnd(MICROSECONDS_DIGITS, '0');
  return BigInt(ms) * US_PER_MS + BigInt(micros);
}
