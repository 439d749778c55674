import type { Clock } from '../ports';

/** A clock that tests set. */
export class ManualClock implements Clock {
  constructor(public us = 1_000_000n) {}

  nowUs(): bigint {
    return this.us;
  }

  set(us: bigint): void {
    this.us = us;
  }
}
