import type { RatePolicy } from './producer';

const US_PER_SECOND = 1_000_000;

/** What is left of a producer's quota, in events; refills evenly over the window. */
export interface Bucket {
  readonly tokens: number;
  readonly atUs: bigint;
}

/** A full one. */
export function fullBucket(policy: RatePolicy, nowUs: bigint): Bucket {
  return { tokens: policy.quota, atUs: nowUs };
}

function refillPerSecond({ quota, windowSeconds }: RatePolicy): number {
  return quota / windowSeconds;
}

/** The bucket as it stands now; a clock that goes back refills nothing. */
export function refilled(bucket: Bucket, policy: RatePolicy, nowUs: bigint): Bucket {
  if (nowUs <= bucket.atUs) return bucket;
  const seconds = Number(nowUs - bucket.atUs) / US_PER_SECOND;
  return {
    tokens: Math.min(policy.quota, bucket.tokens + seconds * refillPerSecond(policy)),
    atUs: nowUs,
  };
}

/** Takes `count` events out, also when that leaves a debt (below 0). */
export function taken(bucket: Bucket, count: number): Bucket {
  return { ...bucket, tokens: bucket.tokens - count };
}

/** Seconds until the bucket holds `count` events; 0 when it does. More than the quota never fits: as if full. */
export function secondsUntil(bucket: Bucket, policy: RatePolicy, count: number): number {
  const missing = Math.min(count, policy.quota) - bucket.tokens;
  return missing <= 0 ? 0 : missing / refillPerSecond(policy);
}
