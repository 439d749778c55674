import { z } from 'zod';

const MAX_PORT = 65_535;

const brokers = z
  .string()
  .transform((list) =>
    list
      .split(',')
      .map((broker) => broker.trim())
      .filter((broker) => broker !== ''),
  )
  .pipe(z.array(z.string().regex(/^[^\s:]+:\d+$/, 'expected host:port[,host:port…]')).min(1));

const postgresUrl = z.url({
  protocol: /^postgres(ql)?$/,
  error: 'expected postgres://user:password@host:port/database',
});
const httpUrl = z.url({ protocol: /^https?$/, error: 'expected an http(s) URL' });

/** A TCP port; 0 lets the system choose. */
export const portVariable = z.coerce.number().int().min(0).max(MAX_PORT);

/** Variables that every service has; a service extends it with its own. */
export const baseConfigSchema = z.object({
  PORT: portVariable,
  HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  KAFKA_BROKERS: brokers,
  /** The service's role: EXECUTE and SELECT on the log, DML on read models. */
  DATABASE_URL: postgresUrl,
  /** The owner's role; when set, the service migrates at start. */
  DATABASE_MIGRATION_URL: postgresUrl.optional(),
  AUTH_ISSUER: z.string().min(1),
  AUTH_AUDIENCE: z.string().min(1).default('kuda'),
  AUTH_JWKS_URL: httpUrl,
  /** Unset: tracing is off. Read by the tracing preload as well, which runs before this schema. */
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional(),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
});

export type BaseConfig = z.output<typeof baseConfigSchema>;
