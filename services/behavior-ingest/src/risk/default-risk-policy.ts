import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const SHIPPED = join(__dirname, '..', '..', 'policies', 'velocity.json');
const MAX_BOUND = 1_000_000;

/** The bounds of velocity as they are written in files and requests. */
export const velocityBounds = z.strictObject({
  accounts_per_day: z
    .int()
    .min(1)
    .max(MAX_BOUND)
    .describe('More distinct accounts on one device, or under one person key, on one day are a risk.'),
  votes_per_hour: z
    .int()
    .min(1)
    .max(MAX_BOUND)
    .describe('More votes to one author within an hour are a risk.'),
});

/** The first version of the bounds (DOMAIN.md section 6), in force from the beginning; operators add further ones. */
export function defaultRiskPolicy(): z.output<typeof velocityBounds> {
  return velocityBounds.parse(JSON.parse(readFileSync(SHIPPED, 'utf8')));
}
