import type { JobView } from '@kuda/kube';
import {
  endByContainer,
  endByLostNode,
  endUnrun,
  endUnseen,
  hitDeadline,
  isJobOver,
  type RanSession,
} from './classify-end';
import { US_PER_SECOND } from './metering';
import {
  trueCondition,
  type Circumstances,
  type NextAction,
  type Observed,
  type ObservedPod,
} from './observed';
import type { RunningContainer, SessionOrder, SessionState, SessionStep } from './session';

const WAIT: NextAction = { type: 'none', wakeAtUs: null };

function record(step: SessionStep, alarm: string | null = null): NextAction {
  return { type: 'record', step, alarm };
}

function notRunning(detail: string): NextAction {
  return record({ type: 'ended', ended: endUnrun('not_running', detail) });
}

function fault(detail: string, alarm: string | null = null): NextAction {
  return record({ type: 'ended', ended: endUnrun('platform_fault', detail) }, alarm);
}

/**
 * The one next step of a session: a ladder of early returns, the same answer for the same facts. Each step is safe to
 * repeat, so that a crash before or after it changes nothing.
 */
export function decideNextStep(state: SessionState, observed: Observed, now: Circumstances): NextAction {
  const { order } = state;
  if (order === null) return WAIT;
  switch (state.phase) {
    case 'none':
    case 'closed':
      return WAIT;
    case 'placed':
      return whenPlaced(state, order, observed, now);
    case 'queued':
      return whenQueued(state, order, observed, now);
    case 'admitted':
      return whenAdmitted(state, observed, now);
    case 'running':
      return whenRunning(state, order, observed);
    case 'ended':
      return whenEnded(state, observed);
  }
}

/** Before it runs, a session may be withdrawn by whoever ordered it, or by the end of its hold. */
function withdrawn(state: SessionState, order: SessionOrder, now: Circumstances): string | null {
  if (state.stopReason !== null) return `withdrawn: ${state.stopReason}`;
  if (order.queueUntilUs > 0n && now.realNowUs >= order.queueUntilUs)
    return 'waited in the queue for too long';
  return null;
}

function whenPlaced(
  state: SessionState,
  order: SessionOrder,
  observed: Observed,
  now: Circumstances,
): NextAction {
  const { job } = observed;
  if (now.orderProblem !== null) return notRunning(`the order cannot be run: ${now.orderProblem}`);
  if (job !== null && !observed.isJobOurs) {
    return fault(`a Job named ${job.name} was there already`, `foreign Job ${job.name} ${job.uid}`);
  }
  const reason = withdrawn(state, order, now);
  // A Job that a crash left behind is pinned first, so that its end is seen to.
  if (reason !== null && job === null) return notRunning(reason);
  if (job === null) return { type: 'create_job' };
  const { name, uid } = job;
  return record({ type: 'queued', job: { namespace: now.namespace, name, uid } });
}

type Pinned =
  { readonly job: JobView; readonly action: null } | { readonly job: null; readonly action: NextAction };

/** The pinned Job, or what its absence means to a session that has not run. */
function pinnedJob(state: SessionState, observed: Observed): Pinned {
  const { job } = observed;
  if (job === null) return { job: null, action: fault('the Job was deleted') };
  if (job.uid !== state.job?.uid) {
    const alarm = `foreign Job ${job.name} ${job.uid}`;
    return { job: null, action: fault('another Job took the name of ours', alarm) };
  }
  return { job, action: null };
}

function whenQueued(
  state: SessionState,
  order: SessionOrder,
  observed: Observed,
  now: Circumstances,
): NextAction {
  const { job, action } = pinnedJob(state, observed);
  if (job === null) return action;
  // Unsuspended by us before a crash, or by whoever else orders the queue (Kueue).
  if (!job.suspended) return record({ type: 'admitted' });
  const reason = withdrawn(state, order, now);
  if (reason !== null) return notRunning(reason);
  if (observed.admission.decision === 'admit') return { type: 'admit_job', uid: job.uid };
  return WAIT;
}

/** The container of the session, once a kubelet has started one. */
function startedContainer(pods: readonly ObservedPod[]): RunningContainer | null {
  const started = pods.flatMap((pod) => {
    const { container } = pod;
    const startedAtUs = container === null || container.state === 'waiting' ? null : container.startedAtUs;
    return startedAtUs === null ? [] : [{ podUid: pod.uid, node: pod.nodeName ?? '', startedAtUs }];
  });
  return started.sort((a, b) => (a.startedAtUs < b.startedAtUs ? -1 : 1))[0] ?? null;
}

function whenAdmitted(state: SessionState, observed: Observed, now: Circumstances): NextAction {
  const container = startedContainer(observed.pods);
  if (container !== null) return record({ type: 'started', container });
  const { job, action } = pinnedJob(state, observed);
  if (job === null) return action;
  if (state.stopReason !== null) return notRunning(`withdrawn: ${state.stopReason}`);
  const failed = trueCondition(job.conditions, 'Failed');
  if (failed !== undefined) return fault(`never ran: ${failed.reason} ${failed.message}`.trim());
  const untilUs = state.admittedAtUs + now.provisioningTimeoutUs;
  if (now.nowUs >= untilUs) return fault('the container did not start in time');
  return { type: 'none', wakeAtUs: untilUs };
}

function ranSession(state: SessionState, order: SessionOrder, container: RunningContainer): RanSession {
  return { container, purchasedSeconds: order.durationSeconds, stopReason: state.stopReason };
}

function whenRunning(state: SessionState, order: SessionOrder, observed: Observed): NextAction {
  const { running } = state;
  if (running === null) return WAIT;
  const session = ranSession(state, order, running);
  const pod = observed.pods.find((candidate) => candidate.uid === running.podUid);
  const ours = observed.job?.uid === state.job?.uid ? observed.job : null;
  const alarm =
    observed.job !== null && ours === null ? `foreign Job ${observed.job.name} ${observed.job.uid}` : null;
  const own: Observed = { ...observed, job: ours };
  if (pod?.container?.state === 'terminated' && pod.container.finishedAtUs !== null) {
    const exit = { ...pod.container, finishedAtUs: pod.container.finishedAtUs };
    return record({ type: 'ended', ended: endByContainer(session, exit, { job: ours, pod }) }, alarm);
  }
  const isEvicted = pod !== undefined && trueCondition(pod.conditions, 'DisruptionTarget') !== undefined;
  if (!observed.node.ready && isEvicted) {
    const { leaseRenewedAtUs } = observed.node;
    const ended = endByLostNode(session, leaseRenewedAtUs, observed.seenRunningAtUs);
    return record({ type: 'ended', ended }, alarm);
  }
  // Where the node is away without an eviction yet, the cluster has not judged: neither do we.
  if (pod?.present !== true) return record({ type: 'ended', ended: endUnseen(session, own) }, alarm);
  if (ours === null) return WAIT;
  if (isJobOver(ours) || hitDeadline(ours)) return WAIT;
  if (state.stopReason !== null) return ours.suspended ? WAIT : { type: 'stop_job', uid: ours.uid };
  return anchored(ours, running, order);
}

/** The deadline counts from the Job's start: moved so that the container gets what was bought, to the second. */
function anchored(job: JobView, running: RunningContainer, order: SessionOrder): NextAction {
  if (job.startTimeUs === null || job.suspended) return WAIT;
  const untilStart = Number((running.startedAtUs - job.startTimeUs) / US_PER_SECOND);
  const wanted = untilStart + Number(order.durationSeconds);
  if (wanted < 1 || job.activeDeadlineSeconds === wanted) return WAIT;
  return { type: 'anchor_deadline', uid: job.uid, activeDeadlineSeconds: wanted };
}

function whenEnded(state: SessionState, observed: Observed): NextAction {
  const { job } = observed;
  if (job === null) return record({ type: 'closed' });
  const ours = state.job === null ? observed.isJobOfOrder : job.uid === state.job.uid;
  // A Job of that name that is not ours is not ours to delete.
  if (!ours) return record({ type: 'closed' }, `foreign Job ${job.name} ${job.uid}`);
  return job.deleting ? WAIT : { type: 'delete_job', uid: job.uid };
}
