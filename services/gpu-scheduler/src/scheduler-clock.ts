import { scaledClock, systemClock, type ServiceClock } from '@kuda/service-kit';
import type { SchedulerConfig } from './config';

type ClockConfig = Pick<SchedulerConfig, 'CLOCK_ORIGIN' | 'CLOCK_SCALE'>;
type ProvisioningConfig = Pick<
  SchedulerConfig,
  'CLOCK_SCALE' | 'PROVISIONING_TIMEOUT_SECONDS' | 'PROVISIONING_FLOOR_SECONDS'
>;

/** The cluster's clock, by which sessions live, and the real one, by which holds end. */
export interface SchedulerClocks {
  readonly clock: ServiceClock;
  readonly realClock: ServiceClock;
}

/** Both clocks; without an origin there is nothing to scale from, and they are one. */
export function schedulerClocks({ CLOCK_ORIGIN, CLOCK_SCALE }: ClockConfig): SchedulerClocks {
  const realClock = systemClock();
  if (CLOCK_ORIGIN === undefined) return { realClock, clock: realClock };
  const clock = scaledClock({ originMs: Date.parse(CLOCK_ORIGIN), scale: CLOCK_SCALE }, realClock);
  return { realClock, clock };
}

/**
 * Seconds of the cluster's clock that pull and start may take. At scale 2400 the twenty minutes of the default are half a
 * real second, less than a few calls of the API server under load: the real floor stands in for it there.
 */
export function provisioningAllowanceSeconds(config: ProvisioningConfig): number {
  const floorSeconds = config.PROVISIONING_FLOOR_SECONDS * config.CLOCK_SCALE;
  return Math.ceil(Math.max(config.PROVISIONING_TIMEOUT_SECONDS, floorSeconds));
}
