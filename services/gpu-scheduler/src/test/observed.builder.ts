import type { ContainerView, JobView, PodView } from '@kuda/kube';
import type { Circumstances, Observed, ObservedPod } from '../domain/observed';
import { NO_SESSION, type SessionOrder, type SessionState } from '../domain/session';

/** Second of the cluster's clock as microseconds. */
export const at = (seconds: number): bigint => BigInt(seconds) * 1_000_000n;

export const ORDER: SessionOrder = {
  orderId: 'order-1',
  redemptionId: 'order-1',
  userId: 'user-1',
  gpuClass: 'a100',
  gpuCount: 1,
  durationSeconds: 3600n,
  image: 'tensorflow-2.15-cuda12',
  trustLevel: 1,
  queueUntilUs: at(500_000),
};

export const JOB: JobView = {
  name: 'session-order-1',
  uid: 'job-1',
  resourceVersion: '1',
  labels: {},
  annotations: {},
  createdAtUs: at(0),
  deleting: false,
  suspended: true,
  activeDeadlineSeconds: 4_920,
  startTimeUs: null,
  active: 0,
  succeeded: 0,
  failed: 0,
  conditions: [],
};

/** A Job that was admitted at second 100. */
export const ACTIVE_JOB: JobView = { ...JOB, suspended: false, startTimeUs: at(100), active: 1 };

export function condition(type: string, reason = '', seconds = 0): JobView['conditions'][number] {
  return { type, status: 'True', reason, message: '', transitionedAtUs: at(seconds) };
}

const POD: PodView = {
  name: 'session-order-1-abcde',
  uid: 'pod-1',
  labels: {},
  ownerUid: 'job-1',
  nodeName: 'gpu-a100-0',
  gpus: 1,
  phase: 'Running',
  reason: '',
  createdAtUs: at(100),
  deletionAtUs: null,
  conditions: [],
  container: null,
};

export function aPod(container: ContainerView | null, more: Partial<ObservedPod> = {}): ObservedPod {
  return { ...POD, present: true, ...more, container };
}

/** A container that has run since second 130. */
export const RUNNING: ContainerView = { state: 'running', startedAtUs: at(130) };

export function terminated(exitCode: number, seconds: number, reason = 'Error'): ContainerView {
  return { state: 'terminated', exitCode, reason, startedAtUs: at(130), finishedAtUs: at(130 + seconds) };
}

/** A session in a phase, with all that the phases before have left in it. */
export function aSession(phase: SessionState['phase'], more: Partial<SessionState> = {}): SessionState {
  const pinned = { namespace: 'gpu-sessions', name: JOB.name, uid: JOB.uid };
  const container = { podUid: 'pod-1', node: 'gpu-a100-0', startedAtUs: at(130) };
  return {
    ...NO_SESSION,
    phase,
    order: ORDER,
    placedAtUs: at(1),
    job: phase === 'placed' ? null : pinned,
    queuedAtUs: phase === 'placed' ? 0n : at(2),
    admittedAtUs: phase === 'admitted' || phase === 'running' ? at(100) : 0n,
    running: phase === 'running' ? container : null,
    ...more,
  };
}

export function seen(more: Partial<Observed> = {}): Observed {
  return {
    job: null,
    isJobOurs: true,
    isJobOfOrder: true,
    pods: [],
    node: { ready: true, leaseRenewedAtUs: null },
    admission: { decision: 'wait', place: 1, reason: 'others came earlier' },
    seenRunningAtUs: null,
    ...more,
  };
}

export const NOW: Circumstances = {
  nowUs: at(200),
  realNowUs: at(200),
  provisioningTimeoutUs: at(1_200),
  orderProblem: null,
  namespace: 'gpu-sessions',
};
