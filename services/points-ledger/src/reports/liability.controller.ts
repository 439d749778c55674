import { amountText, Describe, Scopes, ZodQuery } from '@kuda/service-kit';
import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { positionAnswer, positionQuery } from '../projections/shard-reads';
import { LiabilityQuery } from './liability.query';

const liabilityQuery = z.strictObject(positionQuery);

const liabilityReport = z.strictObject({
  ...positionAnswer,
  assets: z.array(
    z.strictObject({
      asset: z.string(),
      outstanding: amountText.describe('Available, pending and held together: what is owed to users.'),
      available: amountText,
      pending: amountText,
      held: amountText,
      debt: amountText.describe('What users owe.'),
      months: z
        .array(z.strictObject({ month: z.string().regex(/^\d{4}-\d{2}$/), amount: amountText }))
        .describe('What is available, by the month in which it expires; the calendar is that of the rules.'),
    }),
  ),
  a100_hours: z
    .string()
    .regex(/^\d+\.\d{3}$/)
    .describe('Outstanding points in hours of one A100, rounded down to a thousandth.'),
  price_book: z.string().describe('The price book that hours are computed by.'),
});

/** What the platform owes its users. */
@Controller('v1/reports/liability')
export class LiabilityController {
  constructor(private readonly query: LiabilityQuery) {}

  @Get()
  @Scopes('reports:read')
  @Describe({
    summary: 'Add up what is outstanding, by month of expiry and in hours of an A100',
    answer: liabilityReport,
    refusals: [LEDGER_ERROR_CODES.positionNotReached, LEDGER_ERROR_CODES.projectionStopped],
  })
  read(
    @ZodQuery(liabilityQuery) query: z.output<typeof liabilityQuery>,
  ): Promise<z.output<typeof liabilityReport>> {
    return this.query.report(query);
  }
}
