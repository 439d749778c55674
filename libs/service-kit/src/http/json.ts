import { z } from 'zod';

const US_PER_MS = 1_000n;
const US_PER_SECOND = 1_000_000n;

/** An amount in a response: an integer in base 10 as a string, because JSON numbers lose digits above 2^53. */
export const amountText = z
  .string()
  .regex(/^-?(0|[1-9]\d{0,18})$/)
  .describe('An integer amount, as a string.');

/** A time in a response or a request: RFC 3339 with offset. */
export const timeText = z.iso.datetime({ offset: true }).describe('RFC 3339 time.');

/** For `JSON.stringify`: amounts are bigint in code and strings in JSON. */
export function amountsAsStrings(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

/** Microseconds since the Unix epoch as RFC 3339 in UTC, with six fractional digits. */
export function toRfc3339(timeUs: bigint): string {
  const fractionUs = ((timeUs % US_PER_SECOND) + US_PER_SECOND) % US_PER_SECOND;
  const second = new Date(Number((timeUs - fractionUs) / US_PER_MS)).toISOString().slice(0, 19);
  return `${second}.${fractionUs.toString().padStart(6, '0')}Z`;
}
