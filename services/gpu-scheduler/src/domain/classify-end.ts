import type { JobView } from '@kuda/kube';
import { closeSegment, meter, secondsOf, US_PER_SECOND } from './metering';
import { trueCondition, type Observed, type ObservedPod } from './observed';
import type { EndedSession, RunningContainer, Segment, SessionEnd } from './session';

const TERMINATED_EXIT_CODE = 143;
const KILLED_EXIT_CODE = 137;

/** What is known of a session whose container has run. */
export interface RanSession {
  readonly container: RunningContainer;
  readonly purchasedSeconds: bigint;
  readonly stopReason: string | null;
}

/** The reason for which the Job failed or is failing; null while it is not. */
function failureReason(job: JobView | null): string | null {
  const conditions = job?.conditions ?? [];
  return (trueCondition(conditions, 'Failed') ?? trueCondition(conditions, 'FailureTarget'))?.reason ?? null;
}

export function hitDeadline(job: JobView | null): boolean {
  return failureReason(job) === 'DeadlineExceeded';
}

export function isJobOver(job: JobView): boolean {
  const { conditions } = job;
  return (
    trueCondition(conditions, 'Complete') !== undefined || trueCondition(conditions, 'Failed') !== undefined
  );
}

function endOf(end: SessionEnd, session: RanSession, segment: Segment, detail: string): EndedSession {
  const segments = [segment];
  return { end, segments, meteredSeconds: meter(segments, session.purchasedSeconds), detail };
}

/**
 * How a session ended whose container has ended with the kubelet's stamps. In this order: an exit of 0 is a success
 * whatever else was under way; then what the platform did; then what the container did.
 */
export function endByContainer(
  session: RanSession,
  exit: { readonly exitCode: number; readonly reason: string; readonly finishedAtUs: bigint },
  seen: { readonly job: JobView | null; readonly pod: ObservedPod },
): EndedSession {
  const segment = closeSegment(session.container, exit.finishedAtUs, 'kubelet');
  const ended = (end: SessionEnd, detail: string): EndedSession => endOf(end, session, segment, detail);
  const code = `exit code ${String(exit.exitCode)}`;
  if (exit.exitCode === 0) return ended('succeeded', code);
  if (hitDeadline(seen.job) || secondsOf(segment) >= session.purchasedSeconds)
    return ended('limit', 'bought time used up');
  if (session.stopReason !== null) return ended('stopped', session.stopReason);
  const disrupted = trueCondition(seen.pod.conditions, 'DisruptionTarget');
  if (disrupted !== undefined) return ended('platform_fault', `evicted: ${disrupted.reason}`);
  if (exit.reason === 'OOMKilled' || exit.exitCode === KILLED_EXIT_CODE)
    return ended('out_of_memory', exit.reason);
  // Asked to end by somebody who is neither us nor the deadline: not the user's fault.
  if (exit.exitCode === TERMINATED_EXIT_CODE) return ended('platform_fault', 'the pod was deleted');
  return ended('user_error', code);
}

/** How a session ended whose node is lost: no kubelet will ever say when, the node's lease is the last sign. */
export function endByLostNode(
  session: RanSession,
  leaseRenewedAtUs: bigint | null,
  seenUs: bigint | null,
): EndedSession {
  const { startedAtUs } = session.container;
  const segment =
    leaseRenewedAtUs === null
      ? closeSegment(session.container, seenUs ?? startedAtUs, 'heartbeat')
      : closeSegment(session.container, leaseRenewedAtUs, 'lease');
  return endOf('platform_fault', session, segment, `node ${session.container.node} was lost`);
}

/**
 * How a session ended whose pod has gone without its last state reaching us (we were down, and pods of a Job that was
 * cut off are deleted): by what the Job says, else by our own last sight of it.
 */
export function endUnseen(session: RanSession, observed: Observed): EndedSession {
  const { container, purchasedSeconds, stopReason } = session;
  const boughtUntilUs = container.startedAtUs + purchasedSeconds * US_PER_SECOND;
  const by = (end: SessionEnd, atUs: bigint, detail: string): EndedSession =>
    endOf(
      end,
      session,
      closeSegment(container, atUs < boughtUntilUs ? atUs : boughtUntilUs, 'heartbeat'),
      detail,
    );
  const { job } = observed;
  const conditions = job?.conditions ?? [];
  if (hitDeadline(job)) return by('limit', boughtUntilUs, 'bought time used up');
  const complete = trueCondition(conditions, 'Complete');
  if (complete !== undefined)
    return by('succeeded', complete.transitionedAtUs ?? boughtUntilUs, 'the Job is complete');
  const lastSeenUs = observed.seenRunningAtUs ?? container.startedAtUs;
  const suspended = trueCondition(conditions, 'Suspended')?.transitionedAtUs ?? null;
  if (stopReason !== null) return by('stopped', suspended ?? lastSeenUs, stopReason);
  const failed = trueCondition(conditions, 'Failed');
  if (failed?.reason === 'PodFailurePolicy')
    return by('user_error', failed.transitionedAtUs ?? lastSeenUs, failed.message);
  return by('platform_fault', lastSeenUs, job === null ? 'the Job was deleted' : 'the pod is gone');
}

/** A session that ends without its container ever having run. */
export function endUnrun(end: 'not_running' | 'platform_fault', detail: string): EndedSession {
  return { end, segments: [], meteredSeconds: 0n, detail };
}
