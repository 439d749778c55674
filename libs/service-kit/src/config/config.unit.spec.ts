import { z } from 'zod';
import { baseConfigSchema, ConfigError, loadConfig } from '../index';

const good = {
  PORT: '3003',
  KAFKA_BROKERS: 'localhost:9092, localhost:9093',
  DATABASE_URL: 'postgres://kuda_app:hunter2@localhost:5432/redemption',
  AUTH_ISSUER: 'http://localhost:3000',
  AUTH_JWKS_URL: 'http://localhost:3000/jwks.json',
};

function refusal(env: Record<string, string | undefined>): ConfigError {
  try {
    loadConfig(baseConfigSchema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
  }
  throw new Error('the configuration was taken');
}

describe('configuration', () => {
  it('is typed, with defaults', () => {
    const config = loadConfig(baseConfigSchema.extend({ CLOCK_SCALE: z.coerce.number().default(1) }), good);
    expect(config).toMatchObject({
      PORT: 3003,
      HOST: '127.0.0.1',
      KAFKA_BROKERS: ['localhost:9092', 'localhost:9093'],
      AUTH_AUDIENCE: 'kuda',
      CLOCK_SCALE: 1,
    });
    expect(config.DATABASE_MIGRATION_URL).toBeUndefined();
  });

  it('names every bad variable at once', () => {
    const { problems } = refusal({
      ...good,
      PORT: 'http',
      KAFKA_BROKERS: 'localhost',
      AUTH_ISSUER: undefined,
    });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'AUTH_ISSUER',
      'KAFKA_BROKERS',
      'PORT',
    ]);
    expect(problems[0]).toBe('AUTH_ISSUER: missing');
  });

  it('an empty variable is an unset one', () => {
    expect(refusal({ ...good, AUTH_JWKS_URL: '' }).problems).toEqual(['AUTH_JWKS_URL: missing']);
    expect(loadConfig(baseConfigSchema, { ...good, OTEL_EXPORTER_OTLP_ENDPOINT: '' })).not.toHaveProperty(
      'OTEL_EXPORTER_OTLP_ENDPOINT',
    );
  });

  it('shows no value: any of them may be a secret', () => {
    const error = refusal({ ...good, DATABASE_URL: 'hunter2', PORT: 'hunter2', LOG_LEVEL: 'hunter2' });
    expect(error.problems).toHaveLength(3);
    expect(error.message).not.toContain('hunter2');
  });
});
