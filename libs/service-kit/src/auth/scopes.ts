/** Every scope of the system; a token's `scope` claim lists them with spaces between. */
export const SCOPES = [
  'events:write',
  'events:backfill',
  'quarantine:read',
  'quarantine:write',
  'producers:read',
  'producers:write',
  'risk:read',
  'risk:write',
  'rules:read',
  'rules:write',
  'rules:publish',
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

export type Scope = (typeof SCOPES)[number];
