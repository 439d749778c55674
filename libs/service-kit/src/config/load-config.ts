import type { z } from 'zod';

/** The environment does not fit the schema; the message names every bad variable and no value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    super(['bad configuration:', ...problems.map((problem) => `  ${problem}`)].join('\n'));
  }
}

/**
 * Reads the variables of `schema` from `env`. An empty variable counts as unset. All bad variables are reported at
 * once; values are left out of the report, because any of them may be a secret.
 *
 * @throws ConfigError
 */
export function loadConfig<Schema extends z.ZodType>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): z.output<Schema> {
  const present = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map((issue) => describe(issue, present)).sort());
}

function describe(issue: z.core.$ZodIssue, present: Readonly<Record<string, string | undefined>>): string {
  const variable = String(issue.path[0] ?? 'environment');
  return `${variable}: ${present[variable] === undefined ? 'missing' : issue.message}`;
}
