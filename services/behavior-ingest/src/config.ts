import { join } from 'node:path';
import { SHIPPED_RULE_SETS } from '@kuda/rules';
import { baseConfigSchema, loadConfig, portVariable } from '@kuda/service-kit';
import { z } from 'zod';
import { producerId } from './producers/producer.schema';

const DEFAULT_PORT = 3001;

const ingestConfigSchema = baseConfigSchema.extend({
  PORT: portVariable.default(DEFAULT_PORT),
  /**
   * A producer of this id that may emit everything, registered at the start where there is none: for one machine and
   * for tests. Unset, nothing is taken from anybody who is not registered.
   */
  INTAKE_OPEN_PRODUCER: producerId.optional(),
  /** The rule set whose trust levels weigh votes: the one that the ledger runs. */
  RULES_FILE: z.string().min(1).default(join(SHIPPED_RULE_SETS, '2026-01.json')),
});

/** Everything that this service is told by its environment. */
export type IngestConfig = z.output<typeof ingestConfigSchema>;

/** Reads the environment; all bad variables are reported at once. @throws ConfigError */
export function readConfig(env: NodeJS.ProcessEnv = process.env): IngestConfig {
  return loadConfig(ingestConfigSchema, env);
}
