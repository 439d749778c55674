import { amountText, Describe, Scopes } from '@kuda/service-kit';
import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { DecisionReportQuery } from './decision-report.query';

const count = z.int().min(0);
const points = z.number().min(0);

const decisionReport = z.strictObject({
  by_rule: z.record(z.string(), points).describe('Paid by each rule: points, or seconds of GPU time.'),
  outcomes: z
    .record(z.string(), count)
    .describe('Decisions as `<rule>/<outcome>`, but for those that did not match.'),
  events: count.describe('Events decided.'),
  users_paid: count.describe('Users who got points.'),
  points: points.describe('Points paid by all rules.'),
  by_user: z.record(z.string(), points).describe('Points paid to each user.'),
  position: amountText.describe('Entries of all logs up to which this counts: the sum of `positions`.'),
  positions: z
    .array(z.strictObject({ shard: count, position: amountText }))
    .describe('Position of the log of each shard up to which this counts.'),
});

/** Sums over the entries of all shards, exact at a position of each. */
@Controller('v1/reports/decisions')
export class DecisionReportController {
  constructor(private readonly query: DecisionReportQuery) {}

  @Get()
  @Scopes('reports:read')
  @Describe({ summary: 'Add up what the rules paid', answer: decisionReport })
  report(): Promise<z.output<typeof decisionReport>> {
    return this.query.report();
  }
}
