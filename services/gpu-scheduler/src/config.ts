import { baseConfigSchema, loadConfig, portVariable } from '@kuda/service-kit';
import { z } from 'zod';

const DEFAULT_PORT = 3004;

const schedulerVariables = baseConfigSchema.extend({
  PORT: portVariable.default(DEFAULT_PORT),
  /** Path of a kubeconfig; unset means the service account of the pod that this runs in. */
  KUBECONFIG: z.string().min(1).optional(),
  KUBE_NAMESPACE: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'expected a namespace name')
    .default('gpu-sessions'),
  /** The instant at which scaled and real time agree; the cluster's own. Needed where CLOCK_SCALE is not 1. */
  CLOCK_ORIGIN: z.iso.datetime({ offset: true }).optional(),
  /** Seconds of the cluster's clock per real second: 1 for a real cluster. */
  CLOCK_SCALE: z.coerce.number().positive().default(1),
  /** How long an admitted session may take until its container runs, seconds of the cluster's clock. */
  PROVISIONING_TIMEOUT_SECONDS: z.coerce.number().int().min(1).default(1_200),
  /** The same bound is never below this real time: on a fast clock, the way to the API server alone takes minutes. */
  PROVISIONING_FLOOR_SECONDS: z.coerce.number().min(0).default(10),
});

const schedulerConfigSchema = schedulerVariables.refine(
  ({ CLOCK_SCALE, CLOCK_ORIGIN }) => CLOCK_SCALE === 1 || CLOCK_ORIGIN !== undefined,
  { path: ['CLOCK_ORIGIN'], error: 'needed where CLOCK_SCALE is not 1' },
);

/** Everything that this service is told by its environment. */
export type SchedulerConfig = z.output<typeof schedulerConfigSchema>;

/** Reads the environment; all bad variables are reported at once. @throws ConfigError */
export function readConfig(env: NodeJS.ProcessEnv = process.env): SchedulerConfig {
  return loadConfig(schedulerConfigSchema, env);
}
