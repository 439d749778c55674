import type { BatchReport } from '@kuda/event-store';
import { ServiceMetrics } from '@kuda/service-kit';
import { Injectable } from '@nestjs/common';

const APPEND_BUCKETS_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5];
const MS_PER_SECOND = 1_000;

/** What this service counts. */
@Injectable()
export class RedemptionMetrics {
  private readonly steps;
  private readonly quotes;
  private readonly projected;
  private readonly appendSeconds;

  constructor(metrics: ServiceMetrics) {
    this.steps = metrics.counter({
      what: 'steps',
      unit: 'total',
      help: 'Steps of redemptions by kind; input_ignored are repeats and late messages.',
      labels: ['kind'],
    });
    this.quotes = metrics.counter({
      what: 'quotes',
      unit: 'total',
      help: 'Quotes asked for, by outcome: priced, insufficient, or the rule that was broken.',
      labels: ['outcome'],
    });
    this.projected = metrics.counter({
      what: 'ledger_records_projected',
      unit: 'total',
      help: 'Records of the ledger applied to the members read model.',
    });
    this.appendSeconds = metrics.histogram({
      what: 'append_duration',
      unit: 'seconds',
      help: 'Time from taking a batch to its commit.',
      buckets: APPEND_BUCKETS_SECONDS,
    });
  }

  stepped(kind: string): void {
    this.steps.inc({ kind });
  }

  quoted(outcome: string): void {
    this.quotes.inc({ outcome });
  }

  applied(records: number): void {
    this.projected.inc(records);
  }

  appended({ durationMs }: BatchReport): void {
    this.appendSeconds.observe(durationMs / MS_PER_SECOND);
  }
}
