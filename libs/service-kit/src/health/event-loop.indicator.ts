import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { HealthRegistry } from './health-registry';

const NS_PER_MS = 1_000_000;
const RESOLUTION_MS = 20;
/** A mean delay above this, in milliseconds since the last probe, means that the process no longer serves anyone. */
const MAX_MEAN_DELAY_MS = 2_000;

/** Live as long as the event loop turns; returns how to stop watching. */
export function watchEventLoop(health: HealthRegistry): () => void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  health.register('event-loop', 'live', () => {
    const meanMs = delay.mean / NS_PER_MS;
    delay.reset();
    if (meanMs > MAX_MEAN_DELAY_MS) throw new Error('the event loop is blocked');
  });
  return () => delay.disable();
}
