import { baseConfigSchema, loadConfig, portVariable } from '@kuda/service-kit';
import type { z } from 'zod';

const DEFAULT_PORT = 3003;

const redemptionConfigSchema = baseConfigSchema.extend({ PORT: portVariable.default(DEFAULT_PORT) });

/** Everything that this service is told by its environment. */
export type RedemptionConfig = z.output<typeof redemptionConfigSchema>;

/** Reads the environment; all bad variables are reported at once. @throws ConfigError */
export function readConfig(env: NodeJS.ProcessEnv = process.env): RedemptionConfig {
  return loadConfig(redemptionConfigSchema, env);
}
