import type { ConditionView, JobView, PodView } from '@kuda/kube';
import type { SessionStep } from './session';

/** A pod of the session; `present` is false for one whose object is gone, with its last state as we saw it. */
export interface ObservedPod extends PodView {
  readonly present: boolean;
}

/** What the admitter says to a session in the queue. */
export type Admission =
  | { readonly decision: 'admit' }
  | { readonly decision: 'wait'; readonly place: number; readonly reason: string };

/** Everything that is read before a step is decided. */
export interface Observed {
  /** Read from the API server in this pass, never from a cache. */
  readonly job: JobView | null;
  /** True when the Job was made for this order, with what we would put into it today. */
  readonly isJobOurs: boolean;
  /** True when the Job says that it belongs to this order, whatever is in it. */
  readonly isJobOfOrder: boolean;
  readonly pods: readonly ObservedPod[];
  /** The node that runs the container; not ready where it does not exist any more. */
  readonly node: { readonly ready: boolean; readonly leaseRenewedAtUs: bigint | null };
  readonly admission: Admission;
  /** When we last saw the container run, on our clock; null when never. */
  readonly seenRunningAtUs: bigint | null;
}

/** The time and the bounds of a decision. */
export interface Circumstances {
  /** The scheduler's clock, scaled in simulations; the same as the cluster's but for skew. */
  readonly nowUs: bigint;
  /** The real clock: holds, and with them the wait in the queue, end by it. */
  readonly realNowUs: bigint;
  /** How long an admitted session may take until its container runs, microseconds on the scheduler's clock. */
  readonly provisioningTimeoutUs: bigint;
  /** Null when the order can be run, else what is wrong with it. */
  readonly orderProblem: string | null;
  /** Where Jobs are made. */
  readonly namespace: string;
}

/** The one thing to do next. */
export type NextAction =
  | { readonly type: 'none'; readonly wakeAtUs: bigint | null }
  | { readonly type: 'create_job' }
  | { readonly type: 'admit_job'; readonly uid: string }
  | { readonly type: 'anchor_deadline'; readonly uid: string; readonly activeDeadlineSeconds: number }
  | { readonly type: 'stop_job'; readonly uid: string }
  | { readonly type: 'delete_job'; readonly uid: string }
  | { readonly type: 'record'; readonly step: SessionStep; readonly alarm: string | null };

/** The condition of that type with status True, or undefined. */
export function trueCondition(conditions: readonly ConditionView[], type: string): ConditionView | undefined {
  return conditions.find((condition) => condition.type === type && condition.status === 'True');
}
