import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '@kuda/event-store';
import { TransientError } from '@kuda/messaging';
import type { ProducerDirectory, RatePolicy } from '../domain/producer';
import { fullBucket, refilled, secondsUntil, taken, type Bucket } from '../domain/token-bucket';

/** Events by the producer that they count for; what belongs to nobody is not limited here. */
export type CountByProducer = ReadonlyMap<string, number>;

/** A record of the bus waits this long in hand, in seconds; for longer its partition is paused. */
export const MAX_HOLD_SECONDS = 5;
const MS_PER_SECOND = 1_000;

/** The answer to a request: taken, or when to come again. */
export type Taken =
  | { readonly ok: true }
  | { readonly ok: false; readonly producer: string; readonly retryAfterSeconds: number };

interface Limited {
  readonly id: string;
  readonly policy: RatePolicy;
  readonly count: number;
}

/** Keeps each producer within its quota, over all ways that its events come. */
export class RateLimits {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly registry: { readonly directory: ProducerDirectory },
    private readonly clock: Clock,
  ) {}

  /** Takes all of it or nothing. */
  take(counts: CountByProducer): Taken {
    const limited = this.limitedOf(counts);
    for (const { id, policy, count } of limited) {
      const seconds = secondsUntil(this.bucketOf(id, policy), policy, count);
      if (seconds > 0) return { ok: false, producer: id, retryAfterSeconds: Math.ceil(seconds) };
    }
    this.spend(limited);
    return { ok: true };
  }

  /**
   * Waits until all of it is within the quotas, then takes it.
   * @throws TransientError when that is further off than MAX_HOLD_SECONDS: the partition is to be paused
   */
  async hold(counts: CountByProducer): Promise<void> {
    const limited = this.limitedOf(counts);
    if (limited.length === 0) return;
    const seconds = Math.max(
      ...limited.map(({ id, policy, count }) => secondsUntil(this.bucketOf(id, policy), policy, count)),
    );
    if (seconds > MAX_HOLD_SECONDS) {
      throw new TransientError(`the quota of ${limited.map(({ id }) => id).join(', ')} is used up`);
    }
    this.spend(limited);
    if (seconds > 0) await sleep(seconds * MS_PER_SECOND);
  }

  /** `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10) of the producer closest to its bound. */
  headersOf(producers: Iterable<string>): Readonly<Record<string, string>> {
    const limited = this.limitedOf(new Map([...producers].map((id) => [id, 0])));
    const states = limited.map(({ id, policy }) => ({ policy, bucket: this.bucketOf(id, policy) }));
    const [nearest] = states.sort((a, b) => a.bucket.tokens - b.bucket.tokens);
    if (nearest === undefined) return {};
    const { policy, bucket } = nearest;
    const remaining = Math.max(0, Math.floor(bucket.tokens));
    const reset = Math.ceil(secondsUntil(bucket, policy, policy.quota));
    return {
      'ratelimit-policy': `"ingest";q=${String(policy.quota)};w=${String(policy.windowSeconds)}`,
      ratelimit: `"ingest";r=${String(remaining)};t=${String(reset)}`,
    };
  }

  private limitedOf(counts: CountByProducer): readonly Limited[] {
    return [...counts].flatMap(([id, count]) => {
      const policy = this.registry.directory.get(id)?.rate ?? null;
      return policy === null ? [] : [{ id, policy, count }];
    });
  }

  private spend(limited: readonly Limited[]): void {
    for (const { id, policy, count } of limited)
      this.buckets.set(id, taken(this.bucketOf(id, policy), count));
  }

  private bucketOf(id: string, policy: RatePolicy): Bucket {
    const nowUs = this.clock.nowUs();
    const known = this.buckets.get(id);
    return known === undefined ? fullBucket(policy, nowUs) : refilled(known, policy, nowUs);
  }
}
