import type { Clock, SqlClient } from '@kuda/event-store';
import { NO_TRUST, trustLevel, type TrustPolicy } from '@kuda/rules';
import type { DataSource } from 'typeorm';
import { POINT } from '../domain/amounts';
import type { MemberFacts } from '../domain/evaluate-quote';
import type { Policy, TrustLevel } from '../domain/offer';
import { readUsage } from '../redemptions/usage.query';
import { MemberBalanceRecord, MemberRecord } from './member.entity';

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
    private readonly sql: SqlClient,
    private readonly trust: TrustPolicy,
    private readonly clock: Clock,
  ) {}

  /** The user's standing now; a user nobody has heard of is new and owns nothing. */
  async standingOf(userId: string, policy: Policy): Promise<MemberStandingNow> {
    const atUs = this.clock.nowUs();
    const member = await this.source.getRepository(MemberRecord).findOneBy({ userId });
    const balances = await this.source.getRepository(MemberBalanceRecord).findBy({ userId });
    const usage = (await readUsage(this.sql, [userId], { policy, atUs })).get(userId);
    const facts = {
      level: levelOf(this.trust, member, atUs),
      available: balances.map(({ asset, available }) => ({ asset, amount: available })),
      debt: balances.find(({ asset }) => asset === POINT)?.debt ?? 0n,
      rollingGpuSeconds: usage?.rollingGpuSeconds ?? 0n,
      liveRedemptions: usage?.liveRedemptions ?? 0,
    };
    return { facts, atUs };
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
