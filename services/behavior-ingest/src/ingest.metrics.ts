import type { BatchReport } from '@kuda/event-store';
import { ServiceMetrics } from '@kuda/service-kit';
import { Injectable } from '@nestjs/common';
import type { InputOrigin } from './intake/activity-input';
import type { Recorded } from './intake/recorded';

/** From one event to a full batch. */
const BATCH_BUCKETS = [1, 4, 16, 64, 128, 256, 512];
const APPEND_BUCKETS_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5];
const MS_PER_SECOND = 1_000;

/** What this service counts. */
@Injectable()
export class IngestMetrics {
  private readonly inputs;
  private readonly refusals;
  private readonly batchSize;
  private readonly appendSeconds;

  constructor(metrics: ServiceMetrics) {
    this.inputs = metrics.counter({
      what: 'inputs',
      unit: 'total',
      help: 'Inputs by way and by what became of them (accepted, duplicate, faulted, or the reason of a rejection).',
      labels: ['via', 'outcome'],
    });
    this.refusals = metrics.counter({
      what: 'refused_events',
      unit: 'total',
      help: "Events of requests that were refused whole: over the quota, or not the sender's to emit.",
      labels: ['why'],
    });
    this.batchSize = metrics.histogram({
      what: 'append_batch',
      unit: 'commands',
      help: 'Commands appended in one transaction.',
      buckets: BATCH_BUCKETS,
    });
    this.appendSeconds = metrics.histogram({
      what: 'append_duration',
      unit: 'seconds',
      help: 'Time from taking a batch to its commit.',
      buckets: APPEND_BUCKETS_SECONDS,
    });
  }

  /** The inputs of one call came the same way. */
  recorded(via: InputOrigin['via'], results: readonly Recorded[]): void {
    const counts = new Map<string, number>();
    for (const result of results) {
      const outcome = result.status === 'rejected' ? result.rejection.reason : result.status;
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    }
    for (const [outcome, count] of counts) this.inputs.inc({ via, outcome }, count);
  }

  refused(why: 'rate' | 'not_permitted', count: number): void {
    this.refusals.inc({ why }, count);
  }

  appended({ commands, durationMs }: BatchReport): void {
    this.batchSize.observe(commands);
    this.appendSeconds.observe(durationMs / MS_PER_SECOND);
  }
}
