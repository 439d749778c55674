import type { NodeView, PodView } from '@kuda/kube';
import type { Admission } from './observed';

/** A session that wants GPUs or has them. */
export interface GpuDemand {
  readonly orderId: string;
  readonly gpuProducts: readonly string[];
  readonly gpus: number;
  readonly minDriverMajor: number;
  /** When it came into the queue, log time; microseconds. */
  readonly queuedAtUs: bigint;
}

/** What the cluster has and what is taken. */
export interface Capacity {
  readonly nodes: readonly NodeView[];
  /** All pods of the sessions' namespace; GPU nodes are for sessions only. */
  readonly pods: readonly PodView[];
  /** Admitted sessions, whether or not their pod is bound already. */
  readonly admitted: readonly GpuDemand[];
  /** Orders by pod, so that a bound pod is not counted a second time. */
  readonly orderOfPod: (pod: PodView) => string | undefined;
}

const DRIVER_LABEL = 'nvidia.com/cuda.driver.major';

function isOver(pod: PodView): boolean {
  return pod.phase === 'Succeeded' || pod.phase === 'Failed';
}

function fits(node: NodeView, demand: GpuDemand): boolean {
  const driver = Number(node.labels[DRIVER_LABEL] ?? 0);
  const sells = node.gpuProduct !== null && demand.gpuProducts.includes(node.gpuProduct);
  return node.ready && node.schedulable && sells && driver >= demand.minDriverMajor;
}

/** Takes the GPUs from the fitting node that has the fewest left, as the scheduler does; false when none fits. */
function place(free: Map<string, number>, nodes: readonly NodeView[], demand: GpuDemand): boolean {
  const chosen = nodes
    .filter((node) => fits(node, demand) && (free.get(node.name) ?? 0) >= demand.gpus)
    .sort((a, b) => (free.get(a.name) ?? 0) - (free.get(b.name) ?? 0))[0];
  if (chosen === undefined) return false;
  free.set(chosen.name, (free.get(chosen.name) ?? 0) - demand.gpus);
  return true;
}

function byArrival(a: GpuDemand, b: GpuDemand): number {
  if (a.queuedAtUs !== b.queuedAtUs) return a.queuedAtUs < b.queuedAtUs ? -1 : 1;
  return a.orderId < b.orderId ? -1 : 1;
}

const poolOf = (demand: GpuDemand): string => [...demand.gpuProducts].sort().join(',');

/**
 * First come, first served in each pool of GPUs: free GPUs are allocatable ones minus bound pods minus admitted
 * sessions whose pod is not bound yet. The first that does not fit holds up all behind it in its pool, so that a large
 * session is not overtaken for ever by small ones. Places count from 1.
 */
export function admitInOrder(
  waiting: readonly GpuDemand[],
  capacity: Capacity,
): ReadonlyMap<string, Admission> {
  const free = new Map(capacity.nodes.map((node) => [node.name, node.allocatableGpus]));
  const bound = capacity.pods.filter((pod) => pod.nodeName !== null && !isOver(pod));
  for (const pod of bound) {
    const node = pod.nodeName ?? '';
    free.set(node, (free.get(node) ?? 0) - pod.gpus);
  }
  const placed = new Set(bound.map((pod) => capacity.orderOfPod(pod)));
  for (const demand of capacity.admitted) {
    if (!placed.has(demand.orderId)) place(free, capacity.nodes, demand);
  }
  const answers = new Map<string, Admission>();
  const places = new Map<string, number>();
  for (const demand of [...waiting].sort(byArrival)) {
    const pool = poolOf(demand);
    const ahead = places.get(pool) ?? 0;
    if (ahead === 0 && place(free, capacity.nodes, demand)) {
      answers.set(demand.orderId, { decision: 'admit' });
      continue;
    }
    places.set(pool, ahead + 1);
    const reason = ahead === 0 ? 'no node has enough free GPUs' : 'others came earlier';
    answers.set(demand.orderId, { decision: 'wait', place: ahead + 1, reason });
  }
  return answers;
}
