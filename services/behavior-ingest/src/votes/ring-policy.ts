import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { RingPolicy } from '../domain/collusion';

const US_PER_DAY = 86_400_000_000n;
const MAX_DAYS = 366;

const ringPolicySource = z.strictObject({
  window_days: z.int().min(1).max(MAX_DAYS),
  min_voters: z.int().min(2),
  min_targets: z.int().min(1),
  min_density: z.number().gt(0).max(1),
  min_votes_given: z.int().min(1),
  max_mutual_share: z.number().min(0).max(1),
  hold_days: z.int().min(1).max(MAX_DAYS),
});

/** When votes look arranged, within which window, and how long the awards of members then wait for an operator. */
export interface RingRules extends RingPolicy {
  readonly windowUs: bigint;
  readonly holdUs: bigint;
}

const SHIPPED = join(__dirname, '..', '..', 'policies', 'rings.json');

/** Reads the policy from a file, the shipped one (DOMAIN.md section 6) unless told otherwise. @throws Error */
export function loadRingPolicy(file = SHIPPED): RingRules {
  const source = ringPolicySource.parse(JSON.parse(readFileSync(file, 'utf8')));
  return {
    windowUs: BigInt(source.window_days) * US_PER_DAY,
    minVoters: source.min_voters,
    minTargets: source.min_targets,
    minDensity: source.min_density,
    minVotesGiven: source.min_votes_given,
    maxMutualShare: source.max_mutual_share,
    holdUs: BigInt(source.hold_days) * US_PER_DAY,
  };
}
