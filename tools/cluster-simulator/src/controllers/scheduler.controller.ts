import { stamp } from '../clock';
import {
  conditionOf,
  isTerminal,
  withCondition,
  type KubeNode,
  type MatchExpression,
  type Pod,
  type Taint,
  type Toleration,
} from '../objects';
import { earliestOf, now, type Controller, type ControllerContext, type Step } from './controller';

export const GPU_RESOURCE = 'nvidia.com/gpu';

export function gpusOf(pod: Pod): number {
  return pod.spec.containers
    .map((container) => Number(container.resources?.limits?.[GPU_RESOURCE] ?? 0))
    .reduce((sum, gpus) => sum + gpus, 0);
}

function matches(
  labels: Readonly<Record<string, string>>,
  { key, operator, values = [] }: MatchExpression,
): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}

function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  return tolerations.some(
    (toleration) =>
      (toleration.key === undefined || toleration.key === taint.key) &&
      (toleration.effect === undefined || toleration.effect === taint.effect) &&
      (toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '')),
  );
}

function selects(pod: Pod, node: KubeNode): boolean {
  const labels = node.metadata.labels ?? {};
  const plain = Object.entries(pod.spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = required?.nodeSelectorTerms ?? [];
  const affine =
    terms.length === 0 ||
    terms.some((term) => (term.matchExpressions ?? []).every((wanted) => matches(labels, wanted)));
  return plain && affine;
}

/** GPUs of the node that no living pod holds. */
function freeGpus(pods: readonly Pod[], node: KubeNode): number {
  const held = pods
    .filter((pod) => pod.spec.nodeName === node.metadata.name && !isTerminal(pod))
    .reduce((sum, pod) => sum + gpusOf(pod), 0);
  return Number(node.status.allocatable[GPU_RESOURCE] ?? 0) - held;
}

function admits(node: KubeNode, pod: Pod): boolean {
  if (node.spec.unschedulable === true) return false;
  const taints = (node.spec.taints ?? []).filter((taint) => taint.effect !== 'PreferNoSchedule');
  return taints.every((taint) => tolerates(pod.spec.tolerations ?? [], taint)) && selects(pod, node);
}

/** The fitting node with the fewest free GPUs: what is left stays in one piece. */
function placeFor(context: ControllerContext, pod: Pod): KubeNode | null {
  const pods = context.store.list<Pod>('pods');
  const wanted = gpusOf(pod);
  const fitting = context.store
    .list<KubeNode>('nodes')
    .filter((node) => admits(node, pod))
    .map((node) => ({ node, free: freeGpus(pods, node) }))
    .filter(({ free }) => free >= wanted)
    .sort((a, b) => a.free - b.free);
  return fitting[0]?.node ?? null;
}

function stepOf(context: ControllerContext, pod: Pod): Step | null {
  const isWaiting =
    pod.spec.nodeName === undefined && pod.metadata.deletionTimestamp === undefined && !isTerminal(pod);
  if (!isWaiting) return null;
  const place = placeFor(context, pod);
  const condition = { type: 'PodScheduled', lastTransitionTime: stamp(context.nowMs()) } as const;
  if (place !== null) {
    return now(context, () => {
      context.store.update('pods', pod, (draft) => {
        draft.spec.nodeName = place.metadata.name;
        draft.status.conditions = withCondition(draft.status.conditions, { ...condition, status: 'True' });
      });
    });
  }
  if (conditionOf(pod.status.conditions, 'PodScheduled') !== undefined) return null;
  return now(context, () => {
    context.store.update('pods', pod, (draft) => {
      draft.status.conditions = withCondition(draft.status.conditions, {
        ...condition,
        status: 'False',
        reason: 'Unschedulable',
        message: `0/${String(context.store.list('nodes').length)} nodes are available: Insufficient ${GPU_RESOURCE}.`,
      });
    });
  });
}

/** Binds waiting pods to nodes by GPU, node selector, affinity and taints, the oldest first. */
export const podScheduler: Controller = (context) => {
  const pods = context.store.list<Pod>('pods');
  const byAge = [...pods].sort((a, b) =>
    a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp),
  );
  return earliestOf(byAge, (pod) => stepOf(context, pod));
};
