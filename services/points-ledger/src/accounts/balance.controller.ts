import { systemClock } from '@kuda/event-store';
import { lotsOf } from '@kuda/ledger-core';
import { trustLevel, type RuleSet } from '@kuda/rules';
import { amountText, Describe, Scopes, timeText, toRfc3339, ZodParam, ZodQuery } from '@kuda/service-kit';
import { Controller, Get, Inject } from '@nestjs/common';
import { z } from 'zod';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { RULES } from '../ledger/ports';
import { minPosition, userIdParam } from '../ledger/request.schema';
import { BalanceQuery } from './balance.query';

const balanceQuery = z.strictObject({ min_position: minPosition });

const balance = z.strictObject({
  user_id: z.string(),
  position: amountText.describe('Position of the log up to which this is complete.'),
  account_version: amountText,
  balances: z
    .array(
      z.strictObject({
        asset: z.string().describe('POINT in milli-points, GPU_SECOND/<class> in seconds.'),
        available: amountText,
        pending: amountText,
        held: amountText,
        debt: amountText,
        next_expiry: timeText.nullable().describe('When the first available part expires.'),
      }),
    )
    .describe('Every asset the user ever had.'),
  trust_level: z.int().min(0).describe('The level now.'),
});

/** What a user has. */
@Controller('v1/users/:id/balance')
export class BalanceController {
  constructor(
    private readonly query: BalanceQuery,
    @Inject(RULES) private readonly rules: RuleSet,
  ) {}

  @Get()
  @Scopes('ledger:read')
  @Describe({
    summary: "Read a user's balances",
    answer: balance,
    refusals: [LEDGER_ERROR_CODES.positionNotReached],
  })
  async read(
    @ZodParam('id', userIdParam) userId: string,
    @ZodQuery(balanceQuery) query: z.output<typeof balanceQuery>,
  ): Promise<z.output<typeof balance>> {
    const { account, position } = await this.query.account(userId, query.min_position);
    const balances = [...account.balances].map(([asset, { available, pending, held, debt }]) => {
      const { value: first } = lotsOf(account, asset).next();
      const amounts = { available: available.toString(), pending: pending.toString(), held: held.toString() };
      const expiry = first === undefined ? null : toRfc3339(first.expiresAtUs);
      return { asset, ...amounts, debt: debt.toString(), next_expiry: expiry };
    });
    return {
      user_id: userId,
      position: position.toString(),
      account_version: account.version.toString(),
      balances,
      trust_level: trustLevel(this.rules.trust, account.rules.trust, systemClock.nowUs()),
    };
  }
}
