import type { BatchReport } from '@kuda/event-store';
import { ServiceMetrics } from '@kuda/service-kit';
import { Injectable } from '@nestjs/common';
import type { SessionStep } from './domain/session';

const APPEND_BUCKETS_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5];
const MS_PER_SECOND = 1_000;

/** What this service counts. */
@Injectable()
export class SchedulerMetrics {
  private readonly steps;
  private readonly meteredSeconds;
  private readonly reconcileFailures;
  private readonly appendSeconds;
  private readonly admitter;
  readonly foreignJobs;

  constructor(metrics: ServiceMetrics) {
    this.steps = metrics.counter({
      what: 'session_steps',
      unit: 'total',
      help: 'Steps of sessions; an end with how it ended.',
      labels: ['step', 'end'],
    });
    this.meteredSeconds = metrics.counter({
      what: 'session_metered',
      unit: 'seconds',
      help: 'Seconds run, by how the session ended.',
      labels: ['end'],
    });
    this.reconcileFailures = metrics.counter({
      what: 'reconcile_failures',
      unit: 'total',
      help: 'Passes over a session that failed and are repeated.',
    });
    this.foreignJobs = metrics.counter({
      what: 'foreign_jobs',
      unit: 'total',
      help: 'Jobs that stood under the name of one of ours; each needs a person.',
    });
    this.admitter = metrics.gauge({
      what: 'admitter',
      unit: 'info',
      help: 'Who orders the queue, and whether the cluster serves Kueue.',
      labels: ['admitter', 'kueue'],
    });
    this.appendSeconds = metrics.histogram({
      what: 'append_duration',
      unit: 'seconds',
      help: 'Time from taking a batch to its commit.',
      buckets: APPEND_BUCKETS_SECONDS,
    });
  }

  admitting(admitter: string, isKueueServed: boolean): void {
    this.admitter.set({ admitter, kueue: String(isKueueServed) }, 1);
  }

  stepped(step: SessionStep): void {
    const end = step.type === 'ended' ? step.ended.end : '';
    this.steps.inc({ step: step.type, end });
    if (step.type === 'ended') this.meteredSeconds.inc({ end }, Number(step.ended.meteredSeconds));
  }

  reconcileFailed(): void {
    this.reconcileFailures.inc();
  }

  appended({ durationMs }: BatchReport): void {
    this.appendSeconds.observe(durationMs / MS_PER_SECOND);
  }
}
