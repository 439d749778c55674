import { join } from 'node:path';
import { SHIPPED_RULE_SETS } from '@kuda/rules';
import { baseConfigSchema, loadConfig, portVariable } from '@kuda/service-kit';
import { z } from 'zod';

const DEFAULT_PORT = 3001;

const ingestConfigSchema = baseConfigSchema.extend({
  PORT: portVariable.default(DEFAULT_PORT),
  /** The rule set whose trust levels weigh votes: the one that the ledger runs. */
  RULES_FILE: z.string().min(1).default(join(SHIPPED_RULE_SETS, '2026-01.json')),
});

/** Everything that this service is told by its environment. */
export type IngestConfig = z.output<typeof ingestConfigSchema>;

/** Reads the environment; all bad variables are reported at once. @throws ConfigError */
export function readConfig(env: NodeJS.ProcessEnv = process.env): IngestConfig {
  return loadConfig(ingestConfigSchema, env);
}
