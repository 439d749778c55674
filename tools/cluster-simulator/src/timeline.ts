import type { SimulatedClock } from './clock';
import {
  earlier,
  type Controller,
  type ControllerContext,
  type PodBehaviour,
  type Step,
} from './controllers/controller';
import { garbageCollector } from './controllers/garbage.controller';
import { jobController } from './controllers/job.controller';
import { kubelet } from './controllers/kubelet.controller';
import { nodeLifecycle } from './controllers/node.controller';
import { podScheduler } from './controllers/scheduler.controller';
import type { Pod } from './objects';
import type { ObjectStore } from './store/object-store';

/** At one instant the earlier in this list goes first: a container that ends at its deadline has ended by itself. */
const CONTROLLERS: readonly Controller[] = [
  nodeLifecycle,
  kubelet,
  jobController,
  podScheduler,
  garbageCollector,
];

/** More steps than this in one go mean that two controllers undo each other's work. */
const MAX_STEPS = 100_000;
const MAX_TIMER_MS = 60_000;
const MIN_TIMER_MS = 1;

/** The instant being simulated, in milliseconds; only the timeline moves it. */
export interface Instant {
  ms: number;
}

/**
 * Runs the controllers' steps at their exact simulated instants, in order, however late the real timer fires. Every
 * request first brings the simulated world up to its own instant.
 */
export class Timeline {
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;
  private readonly context: ControllerContext;

  constructor(
    private readonly clock: SimulatedClock,
    private readonly instant: Instant,
    store: ObjectStore,
    behaviourOf: (pod: Pod) => PodBehaviour,
  ) {
    this.context = { store, behaviourOf, nowMs: () => instant.ms };
  }

  /** Runs everything due until now, then sets the instant to now. */
  advance(): void {
    const targetMs = this.clock.nowMs();
    let next = this.next();
    for (let steps = 0; next !== null && next.atMs <= targetMs; steps += 1) {
      if (steps >= MAX_STEPS) throw new Error('the simulated controllers do not come to rest');
      this.instant.ms = Math.max(this.instant.ms, next.atMs);
      next.run();
      next = this.next();
    }
    this.instant.ms = Math.max(this.instant.ms, targetMs);
  }

  /** Runs one request at its instant, and then what it brought about. */
  perform<T>(request: () => T): T {
    this.advance();
    try {
      return request();
    } finally {
      this.settle();
    }
  }

  stop(): void {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private settle(): void {
    this.advance();
    this.plan();
  }

  private plan(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    if (this.stopped) return;
    const next = this.next();
    if (next === null) return;
    const waitMs = Math.min(
      MAX_TIMER_MS,
      Math.max(MIN_TIMER_MS, Math.ceil(this.clock.realMsUntil(next.atMs))),
    );
    this.timer = setTimeout(() => {
      this.settle();
    }, waitMs);
  }

  private next(): Step | null {
    return CONTROLLERS.reduce<Step | null>(
      (best, controller) => earlier(best, controller(this.context)),
      null,
    );
  }
}
