import { resolve } from 'node:path';

/** The same depth from `src` and from `dist`. */
export const REPOSITORY = resolve(__dirname, '../../../..');

/** The four services, in the order of an event's way; they are stopped in this order too. */
export const SERVICES = ['behavior-ingest', 'points-ledger', 'redemption', 'gpu-scheduler'] as const;

export type ServiceName = (typeof SERVICES)[number];

/** Loaded before everything else of a service: what `--require @kuda/service-kit/otel` names, from any folder. */
export const TRACING = resolve(REPOSITORY, 'libs', 'service-kit', 'dist', 'otel.js');

/** The compiled program of a service. */
export function programOf(service: ServiceName): string {
  return resolve(REPOSITORY, 'services', service, 'dist', 'main.js');
}

/** Each service has its own database, named after it. */
export function databaseOf(service: ServiceName): string {
  return service.replaceAll('-', '_');
}

/** Every scope that a route asks for. */
export const SCOPES = [
  'events:write',
  'events:backfill',
  'quarantine:read',
  'quarantine:write',
  'producers:read',
  'producers:write',
  'risk:read',
  'risk:write',
  'reports:read',
  'projections:write',
  'ledger:read',
  'adjustments:write',
  'adjustments:approve',
  'transactions:reverse',
  'accounts:write',
  'trust:write',
  'redemptions:read',
  'redemptions:write',
  'sessions:read',
  'metrics:read',
] as const;
