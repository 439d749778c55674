import { amountText, Describe, pageOf, pageQuery, Scopes, toPage, ZodQuery } from '@kuda/service-kit';
import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { positionAnswer, positionQuery } from '../projections/shard-reads';
import { FlowsQuery, keyOf } from './flows.query';

const KEY_PARTS = 5;

const flowsQuery = z.strictObject({
  ...pageQuery(KEY_PARTS),
  from: z.iso.date().describe('First day.'),
  to: z.iso.date().describe('The day after the last one.'),
  ...positionQuery,
});

const flow = z.strictObject({
  day: z.iso.date().describe('Calendar day of ledger time, in the calendar of the rules.'),
  flow: z.enum(['issued', 'reversed', 'spent', 'expired', 'clawed_back']),
  rule: z.string().describe('The rule, or other origin, of the lots.'),
  counterpart: z
    .string()
    .describe('Account of the platform on the other side: `consumed/<sku>` and the like.'),
  asset: z.string(),
  amount: amountText,
});

const flowsPage = z.strictObject({ ...pageOf(flow).shape, ...positionAnswer });

/** What came to users and went from them. */
@Controller('v1/reports/flows')
export class FlowsController {
  constructor(private readonly query: FlowsQuery) {}

  @Get()
  @Scopes('reports:read')
  @Describe({
    summary: 'Add up what was issued, spent and expired, by day and rule',
    answer: flowsPage,
    refusals: [LEDGER_ERROR_CODES.positionNotReached, LEDGER_ERROR_CODES.projectionStopped],
  })
  async list(@ZodQuery(flowsQuery) query: z.output<typeof flowsQuery>): Promise<z.output<typeof flowsPage>> {
    const size = query['page[size]'];
    const after = query['page[after]'] ?? null;
    const { rows, positions } = await this.query.page({ ...query, after, limit: size + 1 });
    return { ...toPage(rows, size, keyOf), ...positions } as z.output<typeof flowsPage>;
  }
}
