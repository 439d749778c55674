import type { ServiceDatabase } from '@kuda/testing';
import type { Ports } from './ports';
import type { ServiceName } from './services';

/** What the running parts are called, as the services need to know it. */
export interface Wiring {
  readonly ports: Ports;
  readonly brokers: string;
  readonly databases: Readonly<Record<ServiceName, ServiceDatabase>>;
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly kubeconfig: string;
  readonly clockOrigin: string;
  readonly timeScale: number;
  readonly shards: number;
}

/** Passed on from the caller's environment; the rest is left out, so that a start is the same everywhere. */
const PASSED_ON = /^(PATH|HOME|LANG|LC_.*|TZ|TMPDIR|LOG_LEVEL|OTEL_.*|NODE_EXTRA_CA_CERTS|SSL_CERT_.*)$/;

/** The whole environment of one service process. */
export function serviceEnvironment(
  service: ServiceName,
  wiring: Wiring,
  outer: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const passedOn = Object.entries(outer).filter(
    (pair): pair is [string, string] => PASSED_ON.test(pair[0]) && pair[1] !== undefined,
  );
  return {
    ...Object.fromEntries(passedOn),
    NODE_ENV: 'production',
    PORT: String(wiring.ports[service]),
    HOST: '127.0.0.1',
    KAFKA_BROKERS: wiring.brokers,
    DATABASE_URL: wiring.databases[service].appUrl,
    DATABASE_MIGRATION_URL: wiring.databases[service].ownerUrl,
    AUTH_ISSUER: wiring.issuer,
    AUTH_JWKS_URL: wiring.jwksUrl,
    ...(service === 'points-ledger' ? { LEDGER_SHARDS: String(wiring.shards) } : {}),
    ...(service === 'gpu-scheduler' ? clusterEnvironment(wiring) : {}),
    // One machine, one platform: a producer that may emit everything.
    ...(service === 'behavior-ingest' ? { INTAKE_OPEN_PRODUCER: 'local' } : {}),
  };
}

function clusterEnvironment(wiring: Wiring): Record<string, string> {
  return {
    KUBECONFIG: wiring.kubeconfig,
    CLOCK_ORIGIN: wiring.clockOrigin,
    CLOCK_SCALE: String(wiring.timeScale),
  };
}
