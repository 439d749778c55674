import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Public } from '../auth/access.decorators';
import { Describe } from '../openapi/describe.decorator';
import { HealthRegistry, type HealthKind, type HealthReport } from './health-registry';

const state = z.enum(['up', 'down']);
const healthReport = z
  .strictObject({ status: state, checks: z.record(z.string(), state) })
  .meta({ id: 'HealthReport' });

const UNAVAILABLE = 503;

/** The probes: the only routes that need no token. */
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthRegistry) {}

  @Get('live')
  @Public()
  @Describe({ summary: 'Should the process go on?', answer: healthReport, unavailableAnswer: healthReport })
  live(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthReport> {
    return this.answer('live', reply);
  }

  @Get('ready')
  @Public()
  @Describe({ summary: 'Should it get requests?', answer: healthReport, unavailableAnswer: healthReport })
  ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthReport> {
    return this.answer('ready', reply);
  }

  @Get('startup')
  @Public()
  @Describe({ summary: 'Has it come up?', answer: healthReport, unavailableAnswer: healthReport })
  startup(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthReport> {
    return this.answer('startup', reply);
  }

  private async answer(kind: HealthKind, reply: FastifyReply): Promise<HealthReport> {
    const report = await this.health.report(kind);
    if (report.status === 'down') reply.status(UNAVAILABLE);
    return report;
  }
}
