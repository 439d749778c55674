import { createClock, microStamp, stamp } from '../src/clock';

const ORIGIN_MS = Date.parse('2026-01-01T00:00:00Z');

test('runs as many times as fast as the real clock, from the origin', () => {
  let realMs = ORIGIN_MS;
  const clock = createClock({ originMs: ORIGIN_MS, scale: 2400, floorMs: 0, realNowMs: () => realMs });
  expect(clock.nowMs()).toBe(ORIGIN_MS);
  realMs += 1_500;
  expect(clock.nowMs()).toBe(ORIGIN_MS + 3_600_000);
  expect(clock.realMsUntil(ORIGIN_MS + 3_600_000 + 24_000)).toBe(10);
  expect(clock.realMsUntil(ORIGIN_MS)).toBe(0);
});

test('never goes back: not behind what an earlier process saw, not when the real clock is set back', () => {
  let realMs = ORIGIN_MS + 10;
  const clock = createClock({
    originMs: ORIGIN_MS,
    scale: 1,
    floorMs: ORIGIN_MS + 5_000,
    realNowMs: () => realMs,
  });
  expect(clock.nowMs()).toBe(ORIGIN_MS + 5_000);
  realMs = ORIGIN_MS + 9_000;
  expect(clock.nowMs()).toBe(ORIGIN_MS + 9_000);
  realMs = ORIGIN_MS;
  expect(clock.nowMs()).toBe(ORIGIN_MS + 9_000);
});

test('stamps have whole seconds, leases microseconds', () => {
  expect(stamp(ORIGIN_MS + 1_999)).toBe('2026-01-01T00:00:01Z');
  expect(microStamp(ORIGIN_MS + 1_999)).toBe('2026-01-01T00:00:01.999000Z');
});
