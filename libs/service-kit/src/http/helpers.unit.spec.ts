import { z } from 'zod';
import { pageQuery, ProblemException, scaledClock, systemClock, toPage, toRfc3339 } from '../index';
import { idempotencyKey } from './idempotency-key';

describe('paging', () => {
  const rows = ['a', 'b', 'c', 'd', 'e'];
  const query = z.strictObject(pageQuery());

  /** A list as a service reads it: the rows after the cursor, one more than asked. */
  function read(after: readonly string[] | undefined, size: number) {
    const from = after === undefined ? 0 : rows.indexOf(after[0] ?? '') + 1;
    return toPage(rows.slice(from, from + size + 1), size, (row) => [row]);
  }

  it.each([1, 2, 3, 5, 6])('walks the whole list once with pages of %i', (size) => {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const parsed: z.output<typeof query> = query.parse({
        'page[size]': String(size),
        ...(after === null ? {} : { 'page[after]': after }),
      });
      const page = read(parsed['page[after]'], parsed['page[size]']);
      seen.push(...page.items);
      after = page.next;
    } while (after !== null);
    expect(seen).toEqual(rows);
  });

  it('takes 1 to 100, 20 when nothing is said', () => {
    expect(query.parse({})['page[size]']).toBe(20);
    for (const size of ['0', '101', '1.5', 'x'])
      expect(query.safeParse({ 'page[size]': size }).success).toBe(false);
  });

  it('refuses the cursor of another list', () => {
    const cursor = toPage(['a', 'b'], 1, (row) => [row]).next;
    expect(z.strictObject(pageQuery(2)).safeParse({ 'page[after]': cursor }).success).toBe(false);
  });
});

describe('idempotency key', () => {
  it.each([
    ['plain-7', 'plain-7'],
    ['"quoted 7"', 'quoted 7'],
  ])('%s is read as %s', (header, key) => expect(idempotencyKey(header)).toBe(key));

  it.each([undefined, '', '""', 'with space', '"unclosed', 'x'.repeat(129), 'ümlaut', ['a', 'b']])(
    '%p is refused',
    (header) => expect(() => idempotencyKey(header)).toThrow(ProblemException),
  );
});

describe('time', () => {
  it.each([
    [0n, '1970-01-01T00:00:00.000000Z'],
    [1_767_225_600_123_456n, '2026-01-01T00:00:00.123456Z'],
    [-1n, '1969-12-31T23:59:59.999999Z'],
  ])('%s microseconds are %s', (timeUs, text) => expect(toRfc3339(timeUs)).toBe(text));

  it('a scaled clock stands at its origin and runs faster from there', () => {
    let realUs = 1_000_000n;
    const clock = scaledClock({ originMs: 1_000, scale: 60 }, { nowUs: () => realUs });
    expect(clock.nowUs()).toBe(1_000_000n);
    realUs += 2_000_000n;
    expect(clock.nowUs()).toBe(121_000_000n);
    expect(() => scaledClock({ originMs: 0, scale: 0 })).toThrow(RangeError);
  });

  it('the system clock is now, in microseconds', () => {
    expect(Math.abs(Number(systemClock().nowUs() / 1_000n) - Date.now())).toBeLessThan(1_000);
  });
});
