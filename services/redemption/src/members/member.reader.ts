import type { Clock } from '@kuda/event-store';
import { NO_TRUST, trustLevel, type TrustPolicy } from '@kuda/rules';
import type { DataSource } from 'typeorm';
import { POINT } from '../domain/amounts';
import type { MemberFacts } from '../domain/evaluate-quote';
import type { Policy, TrustLevel } from '../domain/offer';
import { MemberBalanceRecord, MemberRecord } from './member.entity';

const US_PER_DAY = 86_400_000_000n;

/** What is known of a user, and when that was. */
export interface MemberStandingNow {
  readonly facts: MemberFacts;
  /** Microseconds since the Unix epoch. */
  readonly atUs: bigint;
}

/** Reads what a quote needs to know of a user. */
export class MemberReader {
  constructor(
    private readonly source: DataSource,
    private readonly trust: TrustPolicy,
    private readonly clock: Clock,
  ) {}

  /** The user's standing now; a user nobody has heard of is new and owns nothing. */
  async standingOf(userId: string, policy: Policy): Promise<MemberStandingNow> {
    const atUs = this.clock.nowUs();
    const member = await this.source.getRepository(MemberRecord).findOneBy({ userId });
    const balances = await this.source.getRepository(MemberBalanceRecord).findBy({ userId });
    const usage = await this.usageOf(userId, policy, atUs);
    const facts = {
      level: levelOf(this.trust, member, atUs),
      available: balances.map(({ asset, available }) => ({ asset, amount: available })),
      debt: balances.find(({ asset }) => asset === POINT)?.debt ?? 0n,
      ...usage,
    };
    return { facts, atUs };
  }

  private async usageOf(userId: string, policy: Policy, atUs: bigint) {
    const since = atUs - BigInt(policy.rollingWindow.days) * US_PER_DAY;
    const rows: { live: string; gpu_seconds: string }[] = await this.source.query(
      `select count(*) filter (where is_live) as live,
              coalesce(sum(gpu_seconds) filter (where requested_at_us > $2 and gpu_class = any ($3)), 0)
                as gpu_seconds
         from redemption where user_id = $1 and (is_live or requested_at_us > $2)`,
      [userId, since, policy.rollingWindow.gpuClasses],
    );
    const [row] = rows;
    return {
      liveRedemptions: Number(row?.live ?? 0),
      rollingGpuSeconds: BigInt(row?.gpu_seconds ?? 0),
    };
  }
}

function levelOf(policy: TrustPolicy, member: MemberRecord | null, atUs: bigint): TrustLevel {
  const level = trustLevel(policy, member ?? NO_TRUST, atUs);
  switch (level) {
    case 0:
    case 1:
    case 2:
      return level;
    default:
      return 3;
  }
}
