import { WorkQueue } from '@kuda/kube';
import { Logger } from '@nestjs/common';
import type { Admitter } from '../admission/admitter';
import type { ClusterListener } from '../cluster/cluster.cache';
import { GPU_ERROR_CODES } from '../error-codes';
import type { SessionWaker } from '../orders/ports';
import type { SchedulerMetrics } from '../scheduler.metrics';
import type { Reconciler } from './reconciler';

const CONCURRENCY = 8;
const BASE_BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 60_000;
/** Passes over sessions per second, after a burst: what the API server is asked at most is a few times this. */
const PASSES_PER_SECOND = 100;
const BURST = 200;

/** Changes of capacity within this time are one. */
const REVIEW_DELAY_MS = 20;

/** Who does the work; made after the loop, because they tell it what has changed. */
export interface LoopParts {
  readonly reconciler: Reconciler;
  readonly admitter: Admitter;
}

/** Everything that happens only enqueues an order id; one pass per order runs at a time. */
export class SessionLoop implements SessionWaker, ClusterListener {
  private readonly logger = new Logger(SessionLoop.name);
  private readonly queue: WorkQueue;
  private isOpen = false;
  private review: NodeJS.Timeout | null = null;
  private reviewing: Promise<void> = Promise.resolve();

  constructor(
    private readonly parts: () => LoopParts,
    metrics: SchedulerMetrics,
  ) {
    this.queue = new WorkQueue({
      handle: (orderId) => parts().reconciler.reconcile(orderId),
      onError: (orderId, error, failures) => {
        metrics.reconcileFailed();
        const { code, title } = GPU_ERROR_CODES.reconcileFailed;
        this.logger.warn({ orderId, code, failures, err: error }, title);
      },
      concurrency: CONCURRENCY,
      baseBackoffMs: BASE_BACKOFF_MS,
      maxBackoffMs: MAX_BACKOFF_MS,
      callsPerSecond: PASSES_PER_SECOND,
      burst: BURST,
    });
  }

  /** Begins with the sessions that were live before; until then nothing is taken, because nothing is known yet. */
  open(orderIds: readonly string[]): void {
    this.isOpen = true;
    for (const orderId of orderIds) this.queue.add(orderId);
  }

  wake(orderId: string): void {
    if (this.isOpen) this.queue.add(orderId);
  }

  session(orderId: string): void {
    this.wake(orderId);
  }

  /** Many changes make one look at the queue, and only those whose turn it is are woken. */
  capacity(): void {
    if (!this.isOpen) return;
    this.review ??= setTimeout(() => {
      this.review = null;
      this.reviewing = this.wakeAdmitted();
    }, REVIEW_DELAY_MS);
  }

  fault(error: unknown): void {
    this.logger.warn({ err: error }, 'looking at the cluster was interrupted');
  }

  async stop(): Promise<void> {
    this.isOpen = false;
    if (this.review !== null) clearTimeout(this.review);
    await this.reviewing;
    await this.queue.stop();
  }

  private async wakeAdmitted(): Promise<void> {
    try {
      const answers = await this.parts().admitter.review();
      for (const [orderId, { decision }] of answers) if (decision === 'admit') this.wake(orderId);
    } catch (error) {
      this.fault(error);
    }
  }
}
