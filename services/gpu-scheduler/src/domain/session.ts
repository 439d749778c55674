/** Classes of GPU that are sold. */
export const GPU_CLASSES = ['t4', 'l4', 'a100', 'h100'] as const;
export type GpuClass = (typeof GPU_CLASSES)[number];

export function isGpuClass(text: string): text is GpuClass {
  return GPU_CLASSES.some((known) => known === text);
}

/** What redemption ordered; unchecked but for its shape. */
export interface SessionOrder {
  readonly orderId: string;
  readonly redemptionId: string;
  readonly userId: string;
  readonly gpuClass: string;
  readonly gpuCount: number;
  /** Bought wall time, seconds. */
  readonly durationSeconds: bigint;
  /** Name in the image catalogue. */
  readonly image: string;
  readonly trustLevel: number;
  /** End of the wait in the queue, microseconds on the real clock; 0 means no bound. */
  readonly queueUntilUs: bigint;
}

/** The Job of a session, pinned at first sight: a Job of the same name with another uid is another Job. */
export interface PinnedJob {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** The container that runs the session. Stamps are the kubelet's, microseconds. */
export interface RunningContainer {
  readonly podUid: string;
  readonly node: string;
  readonly startedAtUs: bigint;
}

/** Who says when a segment ended: the kubelet, else the node's lease, else our own last sight of it. */
export type SegmentSource = 'kubelet' | 'lease' | 'heartbeat';

/** A contiguous time in which the container really ran, with its evidence. */
export interface Segment extends RunningContainer {
  readonly endedAtUs: bigint;
  readonly source: SegmentSource;
}

/** The left column of the settlement table (DOMAIN.md section 5). */
export type SessionEnd =
  'succeeded' | 'stopped' | 'not_running' | 'user_error' | 'out_of_memory' | 'platform_fault' | 'limit';

export interface EndedSession {
  readonly end: SessionEnd;
  readonly segments: readonly Segment[];
  /** Whole seconds over all segments; never above the seconds bought. */
  readonly meteredSeconds: bigint;
  readonly detail: string;
}

/**
 * `placed` → `queued` (its Job exists, suspended) → `admitted` → `running` → `ended` → `closed` (the Job is gone).
 * Only forward; any of them may go to `ended`.
 */
export type SessionPhase = 'none' | 'placed' | 'queued' | 'admitted' | 'running' | 'ended' | 'closed';

export interface SessionState {
  readonly phase: SessionPhase;
  readonly order: SessionOrder | null;
  /** Version of the last event told on gpu.sessions.v1: gap-free from 1. */
  readonly sessionVersion: bigint;
  readonly job: PinnedJob | null;
  readonly running: RunningContainer | null;
  readonly ended: EndedSession | null;
  /** Why its early end was asked for, or null. */
  readonly stopReason: string | null;
  /** Log time of each step, microseconds; 0 for steps not made. */
  readonly placedAtUs: bigint;
  readonly queuedAtUs: bigint;
  readonly admittedAtUs: bigint;
  readonly endedAtUs: bigint;
  /** Trace context of the order. */
  readonly traceparent: string | null;
}

export const NO_SESSION: SessionState = {
  phase: 'none',
  order: null,
  sessionVersion: 0n,
  job: null,
  running: null,
  ended: null,
  stopReason: null,
  placedAtUs: 0n,
  queuedAtUs: 0n,
  admittedAtUs: 0n,
  endedAtUs: 0n,
  traceparent: null,
};

/** A step that the reconciler records. */
export type SessionStep =
  | { readonly type: 'queued'; readonly job: PinnedJob }
  | { readonly type: 'admitted' }
  | { readonly type: 'started'; readonly container: RunningContainer }
  | { readonly type: 'ended'; readonly ended: EndedSession }
  | { readonly type: 'closed' };

export type SessionCommand =
  | { readonly type: 'place_order'; readonly order: SessionOrder }
  | { readonly type: 'stop_order'; readonly orderId: string; readonly reason: string }
  | { readonly type: 'record_step'; readonly orderId: string; readonly step: SessionStep };

/** What became of a command; `ignored` is an outcome too. */
export type SessionEvent =
  | { readonly type: 'order_placed'; readonly order: SessionOrder; readonly traceparent: string | null }
  | { readonly type: 'stop_requested'; readonly reason: string }
  | { readonly type: 'step_made'; readonly step: SessionStep }
  | { readonly type: 'ignored'; readonly detail: string };

/** Steps that are told on gpu.sessions.v1. */
export function isTold(step: SessionStep): boolean {
  return step.type !== 'closed';
}
