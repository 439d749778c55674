import { baseConfigSchema, loadConfig, portVariable } from '@kuda/service-kit';
import type { z } from 'zod';

const DEFAULT_PORT = 3001;

const ingestConfigSchema = baseConfigSchema.extend({ PORT: portVariable.default(DEFAULT_PORT) });

/** Everything that this service is told by its environment. */
export type IngestConfig = z.output<typeof ingestConfigSchema>;

/** Reads the environment; all bad variables are reported at once. @throws ConfigError */
export function readConfig(env: NodeJS.ProcessEnv = process.env): IngestConfig {
  return loadConfig(ingestConfigSchema, env);
}
