import type { Clock } from './ports';

const US_PER_MS = 1_000;

/** Real time. `performance` adds the microseconds that `Date` does not have. */
export const systemClock: Clock = {
  nowUs: () => BigInt(Math.floor((performance.timeOrigin + performance.now()) * US_PER_MS)),
};
