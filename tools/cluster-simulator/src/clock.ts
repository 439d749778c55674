/** Simulated time in milliseconds since the Unix epoch. */
export interface SimulatedClock {
  nowMs(): number;
  /** Real milliseconds until that simulated instant; 0 when it is past. */
  realMsUntil(simulatedMs: number): number;
}

export interface ClockOptions {
  /** The real and simulated instant at which both agree. */
  readonly originMs: number;
  /** Simulated seconds per real second. */
  readonly scale: number;
  /** Simulated time is never below this: what an earlier process had already seen. */
  readonly floorMs: number;
  readonly realNowMs?: () => number;
}

/** A clock that runs `scale` times as fast as the real one and never goes back. */
export function createClock(options: ClockOptions): SimulatedClock {
  const realNowMs = options.realNowMs ?? Date.now;
  let latestMs = options.floorMs;
  const nowMs = (): number => {
    latestMs = Math.max(latestMs, options.originMs + (realNowMs() - options.originMs) * options.scale);
    return latestMs;
  };
  return {
    nowMs,
    realMsUntil: (simulatedMs) => Math.max(0, (simulatedMs - nowMs()) / options.scale),
  };
}

/** RFC 3339 in whole seconds, as Kubernetes writes its stamps. */
export function stamp(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/** RFC 3339 with microseconds, as leases have it. */
export function microStamp(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
