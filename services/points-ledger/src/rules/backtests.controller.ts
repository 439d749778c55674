import {
  amountText,
  CurrentPrincipal,
  Describe,
  notFound,
  Scopes,
  timeText,
  toRfc3339,
  ZodBody,
  ZodParam,
  type Principal,
} from '@kuda/service-kit';
import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { z } from 'zod';
import { BacktestRunner, type BacktestStatus } from './backtest.runner';
import { ruleHash } from './rules.view';

const MAX_VERSIONS = 50;

const startBody = z.strictObject({
  versions: z
    .array(ruleHash)
    .min(1)
    .max(MAX_VERSIONS)
    .describe('Versions to try together, as if always in force.'),
});

const statusView = z.strictObject({
  status: z.enum(['none', 'running', 'done', 'failed']),
  entries_done: amountText.optional(),
  entries_total: amountText.optional(),
  hash: ruleHash.optional(),
  detail: z.string().optional(),
});

const storedView = z.strictObject({
  hash: ruleHash,
  versions: z.array(ruleHash),
  requested_by: z.string(),
  created_at: timeText,
  report: z.json().describe('What the versions would have paid, and the difference user by user.'),
});

/** Back-tests over the stored log. */
@Controller('v1/backtests')
export class BacktestsController {
  constructor(private readonly runner: BacktestRunner) {}

  @Post()
  @HttpCode(202)
  @Scopes('rules:write')
  @Describe({ summary: 'Try rule versions on the whole log', answer: statusView })
  async start(
    @ZodBody(startBody) { versions }: z.output<typeof startBody>,
    @CurrentPrincipal() principal: Principal,
  ): Promise<z.output<typeof statusView>> {
    await this.runner.start(versions, principal.subject);
    return viewOf(this.runner.latest);
  }

  @Get('latest')
  @Scopes('rules:read')
  @Describe({ summary: 'How far the latest back-test of this process has come', answer: statusView })
  latest(): z.output<typeof statusView> {
    return viewOf(this.runner.latest);
  }

  @Get(':hash')
  @Scopes('rules:read')
  @Describe({ summary: 'Read a stored back-test', answer: storedView })
  async read(@ZodParam('hash', ruleHash) hash: string): Promise<z.output<typeof storedView>> {
    const stored = await this.runner.read(hash);
    if (stored === null) throw notFound('There is no such back-test.');
    return {
      hash,
      versions: [...stored.versions],
      requested_by: stored.requestedBy,
      created_at: toRfc3339(stored.createdAtUs),
      report: stored.report as z.output<typeof storedView>['report'],
    };
  }
}

function viewOf(status: BacktestStatus | null): z.output<typeof statusView> {
  switch (status?.status) {
    case undefined:
      return { status: 'none' };
    case 'running':
      return {
        status: 'running',
        entries_done: status.entriesDone.toString(),
        entries_total: status.entriesTotal.toString(),
      };
    case 'done':
    case 'failed':
      return status;
  }
}
