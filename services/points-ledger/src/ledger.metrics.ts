import type { BatchReport } from '@kuda/event-store';
import type { Body } from '@kuda/ledger-core';
import { ServiceMetrics } from '@kuda/service-kit';
import { Injectable } from '@nestjs/common';

/** From one command to a full batch. */
const BATCH_BUCKETS = [1, 4, 16, 64, 128, 256, 512];
const APPEND_BUCKETS_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5];
const MS_PER_SECOND = 1_000;

/** What this service counts. */
@Injectable()
export class LedgerMetrics {
  private readonly decisions;
  private readonly records;
  private readonly putAsideCount;
  private readonly batchSize;
  private readonly appendSeconds;
  private readonly lag;

  constructor(metrics: ServiceMetrics) {
    this.decisions = metrics.counter({
      what: 'decisions',
      unit: 'total',
      help: 'Decisions of rules by outcome; a batch that had to be decided again counts again.',
      labels: ['rule', 'outcome'],
    });
    this.records = metrics.counter({
      what: 'records',
      unit: 'total',
      help: 'Records by kind; a batch that had to be decided again counts again.',
      labels: ['kind'],
    });
    this.putAsideCount = metrics.counter({
      what: 'dead_letters',
      unit: 'total',
      help: 'Messages put aside, by code.',
      labels: ['code'],
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
    this.lag = metrics.gauge({
      what: 'input_lag',
      unit: 'records',
      help: 'Records of the input topics that wait for this process.',
    });
  }

  decided(body: Body): void {
    this.records.inc({ kind: body.case });
    if (body.case !== 'activityDecided') return;
    for (const { rule, outcome } of body.value.decisions) this.decisions.inc({ rule, outcome });
  }

  putAside(code: string): void {
    this.putAsideCount.inc({ code });
  }

  appended({ commands, durationMs }: BatchReport): void {
    this.batchSize.observe(commands);
    this.appendSeconds.observe(durationMs / MS_PER_SECOND);
  }

  waiting(records: bigint): void {
    this.lag.set(Number(records));
  }
}
