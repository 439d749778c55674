import { Controller, Get } from '@nestjs/common';
import { amountText, Describe, Scopes } from '@kuda/service-kit';
import { z } from 'zod';
import { REJECTION_REASONS } from '../domain/rejection';
import { IntakeReportQuery } from './intake-report.query';

const count = z.int().min(0);

const intakeReport = z.strictObject({
  accepted: count,
  duplicates: count,
  replayed: count.describe('Of the accepted ones: rejected inputs that an operator sent again.'),
  discarded: count.describe('Of the rejected ones: given up by an operator.'),
  rejected: z
    .partialRecord(z.enum(REJECTION_REASONS), count)
    .describe('By reason; only those that occurred.'),
  position: amountText.describe('Position of the log up to which this counts.'),
});

/** Counts, exact at a position of the log. */
@Controller('v1/reports/intake')
export class IntakeReportController {
  constructor(private readonly query: IntakeReportQuery) {}

  @Get()
  @Scopes('reports:read')
  @Describe({ summary: 'Count what became of every input', answer: intakeReport })
  async report(): Promise<z.output<typeof intakeReport>> {
    const { position, ...counts } = await this.query.report();
    return { ...counts, position: position.toString() };
  }
}
