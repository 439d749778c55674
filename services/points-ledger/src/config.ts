import { join } from 'node:path';
import { DEFAULT_LEDGER_SHARDS, MAX_LEDGER_SHARDS } from '@kuda/contracts';
import { SHIPPED_RULE_SETS } from '@kuda/rules';
import { baseConfigSchema, loadConfig, portVariable } from '@kuda/service-kit';
import { z } from 'zod';

const DEFAULT_PORT = 3002;

const ledgerConfigSchema = baseConfigSchema.extend({
  PORT: portVariable.default(DEFAULT_PORT),
  /** Into how many shards the ledger is cut: fixed when it is created, the partitions of its input topics. */
  LEDGER_SHARDS: z.coerce.number().int().min(1).max(MAX_LEDGER_SHARDS).default(DEFAULT_LEDGER_SHARDS),
  /** The price book that reports convert by: a JSON file, checked at the start. */
  PRICE_BOOK_FILE: z
    .string()
    .min(1)
    .default(join(__dirname, '..', 'data', 'price-book-2026-01.json')),
  /** The rule set in force: a JSON file, checked at the start. */
  RULES_FILE: z.string().min(1).default(join(SHIPPED_RULE_SETS, '2026-01.json')),
});

/** Everything that this service is told by its environment. */
export type LedgerConfig = z.output<typeof ledgerConfigSchema>;

/** Reads the environment; all bad variables are reported at once. @throws ConfigError */
export function readConfig(env: NodeJS.ProcessEnv = process.env): LedgerConfig {
  return loadConfig(ledgerConfigSchema, env);
}
