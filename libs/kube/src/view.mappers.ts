import type { V1Condition, V1ContainerState, V1Job, V1Lease, V1Node, V1Pod } from '@kubernetes/client-node';
import { GPU_PRODUCT_LABEL, GPU_RESOURCE, SESSION_CONTAINER } from './labels';
import type { ConditionView, ContainerView, JobView, LeaseView, NodeView, PodView } from './views';

const US_PER_MS = 1000n;

/** A list gives dates, a watch gives text: both become microseconds. */
export function stampUs(value: Date | string | undefined | null): bigint | null {
  if (value === undefined || value === null) return null;
  const ms = value instanceof Date ? value.getTime() : Date.parse(value);
  return Number.isNaN(ms) ? null : BigInt(ms) * US_PER_MS;
}

type RawCondition = Pick<V1Condition, 'type' | 'status'> & {
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: Date | string;
};

function toConditions(raw: readonly RawCondition[] | undefined): readonly ConditionView[] {
  return (raw ?? []).map((condition) => ({
    type: condition.type,
    status: condition.status === 'True' || condition.status === 'False' ? condition.status : 'Unknown',
    reason: condition.reason ?? '',
    message: condition.message ?? '',
    transitionedAtUs: stampUs(condition.lastTransitionTime),
  }));
}

export function toJobView(job: V1Job): JobView {
  return {
    name: job.metadata?.name ?? '',
    uid: job.metadata?.uid ?? '',
    resourceVersion: job.metadata?.resourceVersion ?? '',
    labels: job.metadata?.labels ?? {},
    annotations: job.metadata?.annotations ?? {},
    createdAtUs: stampUs(job.metadata?.creationTimestamp),
    deleting: job.metadata?.deletionTimestamp !== undefined,
    suspended: job.spec?.suspend === true,
    activeDeadlineSeconds: job.spec?.activeDeadlineSeconds ?? null,
    startTimeUs: stampUs(job.status?.startTime),
    active: job.status?.active ?? 0,
    succeeded: job.status?.succeeded ?? 0,
    failed: job.status?.failed ?? 0,
    conditions: toConditions(job.status?.conditions),
  };
}

function toContainer(state: V1ContainerState | undefined): ContainerView | null {
  if (state?.terminated !== undefined) {
    return {
      state: 'terminated',
      exitCode: state.terminated.exitCode,
      reason: state.terminated.reason ?? '',
      startedAtUs: stampUs(state.terminated.startedAt),
      finishedAtUs: stampUs(state.terminated.finishedAt),
    };
  }
  const startedAtUs = stampUs(state?.running?.startedAt);
  if (startedAtUs !== null) return { state: 'running', startedAtUs };
  return state?.waiting === undefined ? null : { state: 'waiting', reason: state.waiting.reason ?? '' };
}

function gpusOf(pod: V1Pod): number {
  return (pod.spec?.containers ?? [])
    .map((container) => Number(container.resources?.limits?.[GPU_RESOURCE] ?? 0))
    .reduce((sum, gpus) => sum + gpus, 0);
}

export function toPodView(pod: V1Pod): PodView {
  const session = pod.status?.containerStatuses?.find((status) => status.name === SESSION_CONTAINER);
  return {
    name: pod.metadata?.name ?? '',
    uid: pod.metadata?.uid ?? '',
    labels: pod.metadata?.labels ?? {},
    ownerUid: pod.metadata?.ownerReferences?.find((owner) => owner.controller === true)?.uid ?? null,
    nodeName: pod.spec?.nodeName ?? null,
    gpus: gpusOf(pod),
    phase: pod.status?.phase ?? 'Pending',
    reason: pod.status?.reason ?? '',
    createdAtUs: stampUs(pod.metadata?.creationTimestamp),
    deletionAtUs: stampUs(pod.metadata?.deletionTimestamp),
    conditions: toConditions(pod.status?.conditions),
    container: toContainer(session?.state),
  };
}

export function toNodeView(node: V1Node): NodeView {
  const ready = toConditions(node.status?.conditions).find((condition) => condition.type === 'Ready');
  const barred = (node.spec?.taints ?? []).some(
    (taint) => taint.effect !== 'PreferNoSchedule' && taint.key !== GPU_RESOURCE,
  );
  return {
    name: node.metadata?.name ?? '',
    labels: node.metadata?.labels ?? {},
    ready: ready?.status === 'True',
    schedulable: node.spec?.unschedulable !== true && !barred,
    gpuProduct: node.metadata?.labels?.[GPU_PRODUCT_LABEL] ?? null,
    allocatableGpus: Number(node.status?.allocatable?.[GPU_RESOURCE] ?? 0),
  };
}

export function toLeaseView(lease: V1Lease): LeaseView {
  return { name: lease.metadata?.name ?? '', renewedAtUs: stampUs(lease.spec?.renewTime) };
}
