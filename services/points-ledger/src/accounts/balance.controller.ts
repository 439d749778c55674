import { systemClock } from '@kuda/event-store';
import { NO_TRUST, trustLevel, type RuleSet } from '@kuda/rules';
import { Describe, Scopes, timeText, ZodParam, ZodQuery } from '@kuda/service-kit';
import { Controller, Get, Inject } from '@nestjs/common';
import { z } from 'zod';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { RULES } from '../ledger/ports';
import { minPosition, positionParam, userIdParam } from '../ledger/request.schema';
import { AccountQuery, type AsOf } from './account.query';
import { accountView, balanceView, recordView, type BalanceView } from './balance.view';

const US_PER_MS = 1_000n;

const balanceQuery = z
  .strictObject({
    min_position: minPosition,
    as_of: timeText
      .optional()
      .describe('An instant of ledger time: the balance after the last record until then.'),
    as_of_position: positionParam
      .optional()
      .describe('A position: the balance after the last record up to it.'),
  })
  .refine((query) => query.as_of === undefined || query.as_of_position === undefined, 'one of both');

function askedOf({ as_of, as_of_position }: z.output<typeof balanceQuery>): AsOf | null {
  if (as_of_position !== undefined) return { position: as_of_position };
  return as_of === undefined ? null : { timeUs: microseconds(as_of) };
}

/** To the microsecond, which `Date` does not have; what is finer is cut off. */
function microseconds(rfc3339: string): bigint {
  const fraction = /\.(\d+)/.exec(rfc3339)?.[1] ?? '';
  const belowMs = BigInt(fraction.padEnd(6, '0').slice(3, 6));
  return BigInt(Date.parse(rfc3339)) * US_PER_MS + belowMs;
}

/** What a user has, or had. */
@Controller('v1/users/:id/balance')
export class BalanceController {
  constructor(
    private readonly accounts: AccountQuery,
    @Inject(RULES) private readonly rules: RuleSet,
  ) {}

  @Get()
  @Scopes('ledger:read')
  @Describe({
    summary: "Read a user's balances, now or as of a position or an instant",
    answer: balanceView,
    refusals: [LEDGER_ERROR_CODES.positionNotReached],
  })
  async read(
    @ZodParam('id', userIdParam) userId: string,
    @ZodQuery(balanceQuery) query: z.output<typeof balanceQuery>,
  ): Promise<BalanceView> {
    const asked = askedOf(query);
    if (asked === null) {
      const { account, position, shard } = await this.accounts.now(userId, query.min_position);
      const level = trustLevel(this.rules.trust, account.rules.trust, systemClock.nowUs());
      return { ...this.placed(userId, position, shard), ...accountView(account), trust_level: level };
    }
    const { record, position, shard } = await this.accounts.asOf(userId, asked);
    const atUs = 'timeUs' in asked ? asked.timeUs : (record?.recordedAtUs ?? 0n);
    const level = trustLevel(this.rules.trust, record?.trust ?? NO_TRUST, atUs);
    return { ...this.placed(userId, position, shard), ...recordView(record), trust_level: level };
  }

  private placed(userId: string, position: bigint, shard: number) {
    return { user_id: userId, position: position.toString(), shard };
  }
}
