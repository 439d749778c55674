import { ANNOTATIONS, LABELS, MANAGER, sessionJobName, type ClusterClient, type JobView } from '@kuda/kube';
import type { Admitter } from '../admission/admitter';
import type { ClusterCache } from '../cluster/cluster.cache';
import type { Admission, Observed, ObservedPod } from '../domain/observed';
import type { SessionOrder, SessionState } from '../domain/session';
import type { SessionReader } from '../sessions/session.reader';

/** Where the reconciler looks. */
export interface Surroundings {
  readonly client: Pick<ClusterClient, 'jobs' | 'pods' | 'nodes'>;
  readonly cache: Pick<ClusterCache, 'podsOf' | 'node'>;
  readonly admitter: Admitter;
  readonly reader: Pick<SessionReader, 'seenRunningAtUs'>;
}

const NOT_ASKED: Admission = { decision: 'wait', place: 0, reason: 'not in the queue' };

function isEnded(pod: ObservedPod): boolean {
  return pod.container?.state === 'terminated';
}

/**
 * The order's pods. A pod of the running session that the cache does not know as present is looked up: only what is
 * neither in the cache nor on the server is gone.
 */
async function podsOf(
  state: SessionState,
  orderId: string,
  around: Surroundings,
): Promise<readonly ObservedPod[]> {
  const cached = around.cache.podsOf(orderId);
  const { running, phase } = state;
  if (phase !== 'running' || running === null) return cached;
  const known = cached.find((pod) => pod.uid === running.podUid);
  if (known !== undefined && (known.present || isEnded(known))) return cached;
  const live = await around.client.pods.ofOrder(orderId);
  const others = cached.filter((pod) => !live.some(({ uid }) => uid === pod.uid));
  return [...live.map((pod) => ({ ...pod, present: true })), ...others];
}

async function nodeOf(state: SessionState, around: Surroundings): Promise<Observed['node']> {
  const { running, phase } = state;
  if (phase !== 'running' || running === null) return { ready: true, leaseRenewedAtUs: null };
  if (around.cache.node(running.node)?.ready === true) return { ready: true, leaseRenewedAtUs: null };
  const lease = await around.client.nodes.lease(running.node);
  return { ready: false, leaseRenewedAtUs: lease?.renewedAtUs ?? null };
}

function isOfOrder(job: JobView | null, order: SessionOrder): boolean {
  return job?.annotations[ANNOTATIONS.orderId] === order.orderId && job.labels[LABELS.managedBy] === MANAGER;
}

/** Reads everything that the next step of the session depends on. Pods before the Job: a pod that was ended by its Job
 * is then never older than the Job that says why. */
export async function observe(
  state: SessionState,
  order: SessionOrder,
  specHash: string,
  around: Surroundings,
): Promise<Observed> {
  const { orderId } = order;
  const pods = await podsOf(state, orderId, around);
  const job = await around.client.jobs.find(sessionJobName(orderId));
  const isQueued = state.phase === 'queued';
  return {
    pods,
    job,
    isJobOfOrder: isOfOrder(job, order),
    isJobOurs: isOfOrder(job, order) && job?.annotations[ANNOTATIONS.specHash] === specHash,
    node: await nodeOf(state, around),
    admission: isQueued ? ((await around.admitter.review()).get(orderId) ?? NOT_ASKED) : NOT_ASKED,
    seenRunningAtUs: state.phase === 'running' ? await around.reader.seenRunningAtUs(orderId) : null,
  };
}
