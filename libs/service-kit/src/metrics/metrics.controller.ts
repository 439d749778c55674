import { Controller, Get, Header } from '@nestjs/common';
import { z } from 'zod';
import { Scopes } from '../auth/access.decorators';
import { Describe } from '../openapi/describe.decorator';
import { ServiceMetrics } from './service-metrics';

const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8';

/** What Prometheus scrapes. */
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: ServiceMetrics) {}

  @Get()
  @Scopes('metrics:read')
  @Header('content-type', PROMETHEUS_TEXT)
  @Describe({
    summary: 'Metrics in the Prometheus text format',
    answer: z.string(),
    answerType: 'text/plain',
  })
  read(): Promise<string> {
    return this.metrics.text();
  }
}
