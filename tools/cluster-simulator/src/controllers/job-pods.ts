import { randomBytes } from 'node:crypto';
import { stamp } from '../clock';
import {
  isTrue,
  JOB_TRACKING_FINALIZER,
  type Job,
  type KubeObject,
  type Pod,
  type PodFailureRule,
} from '../objects';
import { ApiError } from '../store/api-error';
import { admitPod } from '../store/pod-admission';
import type { ControllerContext } from './controller';

const SUFFIX_BYTES = 3;

/** The pods that job controls, whatever their state. */
export function podsOf(context: ControllerContext, job: Job): readonly Pod[] {
  return context.store
    .list<Pod>('pods', job.metadata.namespace)
    .filter((pod) => pod.metadata.ownerReferences?.some((owner) => owner.uid === job.metadata.uid) === true);
}

function podFor(context: ControllerContext, job: Job): Pod {
  const { metadata = {}, spec } = job.spec.template;
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: job.metadata.name, uid: job.metadata.uid };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${job.metadata.name}-${randomBytes(SUFFIX_BYTES).toString('hex').slice(0, 5)}`,
      uid: '',
      resourceVersion: '',
      creationTimestamp: stamp(context.nowMs()),
      labels: {
        ...metadata.labels,
        'batch.kubernetes.io/job-name': job.metadata.name,
        'batch.kubernetes.io/controller-uid': job.metadata.uid,
      },
      annotations: { ...metadata.annotations },
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
      finalizers: [JOB_TRACKING_FINALIZER],
    },
    spec: structuredClone(spec),
    status: { phase: 'Pending' },
  };
}

/** Creates a pod of the job, or leaves an Event where admission refuses it: the only sign there is. */
export function createPod(context: ControllerContext, job: Job): void {
  const namespace = job.metadata.namespace ?? 'default';
  const pod = podFor(context, job);
  try {
    admitPod(context.store, namespace, pod);
    context.store.create('pods', namespace, pod);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    recordFailedCreate(context, job, `Error creating: ${error.message}`);
  }
}

interface RefusalEvent extends KubeObject {
  reason: string;
  message: string;
  type: string;
  count: number;
  lastTimestamp: string;
  involvedObject: object;
}

const eventNameOf = (job: Job): string => `${job.metadata.name}.failed-create`;

function recordFailedCreate(context: ControllerContext, job: Job, message: string): void {
  const name = eventNameOf(job);
  const { namespace, uid } = job.metadata;
  const lastTimestamp = stamp(context.nowMs());
  const known = context.store.find<RefusalEvent>('events', namespace, name);
  if (known !== null) {
    context.store.update('events', known, (draft) => {
      draft.count += 1;
      draft.lastTimestamp = lastTimestamp;
    });
    return;
  }
  const event: RefusalEvent = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, uid: '', resourceVersion: '', creationTimestamp: lastTimestamp },
    reason: 'FailedCreate',
    type: 'Warning',
    message,
    count: 1,
    lastTimestamp,
    involvedObject: { apiVersion: 'batch/v1', kind: 'Job', name: job.metadata.name, namespace, uid },
  };
  context.store.create('events', namespace, event);
}

/** When the last refusal was, or null. */
export function lastRefusalMs(context: ControllerContext, job: Job): number | null {
  const event = context.store.find<RefusalEvent>('events', job.metadata.namespace, eventNameOf(job));
  return event === null ? null : Date.parse(event.lastTimestamp);
}

function ruleMatches(rule: PodFailureRule, pod: Pod): boolean {
  if (rule.onPodConditions !== undefined) {
    return rule.onPodConditions.some((wanted) => isTrue(pod.status.conditions, wanted.type));
  }
  const wanted = rule.onExitCodes;
  if (wanted === undefined) return false;
  return (pod.status.containerStatuses ?? []).some(({ name, state }) => {
    if (wanted.containerName !== undefined && wanted.containerName !== name) return false;
    const exitCode = state.terminated?.exitCode;
    if (exitCode === undefined || exitCode === 0) return false;
    return wanted.values.includes(exitCode) === (wanted.operator === 'In');
  });
}

/** What the job's failure policy says to a failed pod: the first rule that matches, else `Count`. */
export function failureActionOf(job: Job, pod: Pod): string {
  return (job.spec.podFailurePolicy?.rules ?? []).find((rule) => ruleMatches(rule, pod))?.action ?? 'Count';
}
