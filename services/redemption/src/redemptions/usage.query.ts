import type { SqlClient } from '@kuda/event-store';
import type { Policy } from '../domain/offer';

const US_PER_DAY = 86_400_000_000n;

/** What a user has under way, and has taken of the policy's rolling window. */
export interface Usage {
  readonly userId: string;
  readonly liveRedemptions: number;
  readonly rollingGpuSeconds: bigint;
}

/** The usage of those of the users that have any; one query. */
export async function readUsage(
  sql: SqlClient,
  users: readonly string[],
  { policy, atUs }: { readonly policy: Policy; readonly atUs: bigint },
): Promise<ReadonlyMap<string, Usage>> {
  const { days, gpuClasses } = policy.rollingWindow;
  const { rows } = await sql.query<{ userId: string; live: bigint; rolling: string }>(
    `select user_id as "userId", count(*) filter (where is_live) as live,
            coalesce(sum(gpu_seconds) filter (where requested_at_us > $2 and gpu_class = any ($3)), 0) as rolling
       from redemption where user_id = any ($1) and (is_live or requested_at_us > $2) group by user_id`,
    [users, atUs - BigInt(days) * US_PER_DAY, gpuClasses],
  );
  return new Map(
    rows.map(({ userId, live, rolling }) => [
      userId,
      { userId, liveRedemptions: Number(live), rollingGpuSeconds: BigInt(rolling) },
    ]),
  );
}
