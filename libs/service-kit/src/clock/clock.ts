/** Time in microseconds since the Unix epoch. */
export interface ServiceClock {
  nowUs(): bigint;
}

const US_PER_MS = 1_000;

/** The machine's clock. */
export function systemClock(): ServiceClock {
  return { nowUs: () => BigInt(Math.round((performance.timeOrigin + performance.now()) * US_PER_MS)) };
}

export interface ClockScale {
  /** Real time, in milliseconds since the Unix epoch, at which scaled and real time are equal. */
  readonly originMs: number;
  /** Scaled seconds per real second; 1 is real time. */
  readonly scale: number;
}

/** A clock that runs `scale` times as fast as `base`: `origin + (real − origin) × scale`. */
export function scaledClock(
  { originMs, scale }: ClockScale,
  base: ServiceClock = systemClock(),
): ServiceClock {
  if (!(scale > 0)) throw new RangeError(`clock scale must be above 0, got ${String(scale)}`);
  const originUs = BigInt(Math.round(originMs * US_PER_MS));
  return { nowUs: () => originUs + BigInt(Math.round(Number(base.nowUs() - originUs) * scale)) };
}
