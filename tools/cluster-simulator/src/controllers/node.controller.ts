import { stamp } from '../clock';
import { isTerminal, isTrue, withCondition, type KubeNode, type Pod } from '../objects';
import { earlier, earliestOf, now, type Controller, type ControllerContext, type Step } from './controller';

/** On a node without power: since when, RFC 3339. */
export const LOST_ANNOTATION = 'sim.kuda.ai/lost-at';
export const UNREACHABLE_TAINT = 'node.kubernetes.io/unreachable';
export const OUT_OF_SERVICE_TAINT = 'node.kubernetes.io/out-of-service';

/** Node leases are renewed this often, and a node is unknown after so long without. */
export const LEASE_SECONDS = 10;
const MONITOR_GRACE_SECONDS = 40;
const DEFAULT_TOLERATION_SECONDS = 300;

export function lostAtMs(node: KubeNode): number | null {
  const text = node.metadata.annotations?.[LOST_ANNOTATION];
  return text === undefined ? null : Date.parse(text);
}

export function isLost(node: KubeNode): boolean {
  return lostAtMs(node) !== null;
}

function readinessStep(context: ControllerContext, node: KubeNode): Step | null {
  const lostMs = lostAtMs(node);
  const ready = isTrue(node.status.conditions, 'Ready');
  if ((lostMs === null) === ready) return null;
  const atMs = lostMs === null ? context.nowMs() : Math.max(lostMs + MONITOR_GRACE_SECONDS * 1000, 0);
  const run = (): void => {
    context.store.update('nodes', node, (draft) => {
      draft.status.conditions = withCondition(draft.status.conditions, {
        type: 'Ready',
        status: lostMs === null ? 'True' : 'Unknown',
        reason: lostMs === null ? 'KubeletReady' : 'NodeStatusUnknown',
        lastTransitionTime: stamp(context.nowMs()),
      });
      const others = (draft.spec.taints ?? []).filter((taint) => taint.key !== UNREACHABLE_TAINT);
      const unreachable = ['NoSchedule', 'NoExecute'].map((effect) => ({ key: UNREACHABLE_TAINT, effect }));
      draft.spec.taints = lostMs === null ? others : [...others, ...unreachable];
    });
  };
  return { atMs, run };
}

function tolerationSeconds(pod: Pod): number {
  const tolerated = (pod.spec.tolerations ?? []).find(
    (toleration) => toleration.key === UNREACHABLE_TAINT && toleration.effect === 'NoExecute',
  );
  return tolerated?.tolerationSeconds ?? DEFAULT_TOLERATION_SECONDS;
}

/** Evicts a pod of an unreachable node; it stays Terminating, because no kubelet ends it. */
function evictionStep(context: ControllerContext, pod: Pod): Step | null {
  const { nodeName } = pod.spec;
  if (nodeName === undefined || pod.metadata.deletionTimestamp !== undefined || isTerminal(pod)) return null;
  const node = context.store.find<KubeNode>('nodes', undefined, nodeName);
  const ready = node?.status.conditions.find((condition) => condition.type === 'Ready');
  if (ready?.status !== 'Unknown' || ready.lastTransitionTime === undefined) return null;
  const atMs = Date.parse(ready.lastTransitionTime) + tolerationSeconds(pod) * 1000;
  const run = (): void => {
    context.store.update('pods', pod, (draft) => {
      draft.metadata.deletionTimestamp = stamp(context.nowMs());
      draft.metadata.deletionGracePeriodSeconds = 0;
      draft.status.conditions = withCondition(draft.status.conditions, {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'DeletionByTaintManager',
        message: 'Taint manager: deleting due to NoExecute taint',
        lastTransitionTime: stamp(context.nowMs()),
      });
    });
  };
  return { atMs, run };
}

/** Pods of a node that is gone or out of service are declared failed, without the stamps that nobody wrote. */
function podGarbageStep(context: ControllerContext, pod: Pod): Step | null {
  const { nodeName } = pod.spec;
  if (nodeName === undefined || isTerminal(pod)) return null;
  const node = context.store.find<KubeNode>('nodes', undefined, nodeName);
  const outOfService = node?.spec.taints?.some((taint) => taint.key === OUT_OF_SERVICE_TAINT) === true;
  if (node !== null && !outOfService) return null;
  return now(context, () => {
    context.store.update('pods', pod, (draft) => {
      draft.status.phase = 'Failed';
      draft.metadata.deletionTimestamp ??= stamp(context.nowMs());
      draft.status.conditions = withCondition(draft.status.conditions, {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'DeletionByPodGC',
        message: 'PodGC: node no longer exists',
        lastTransitionTime: stamp(context.nowMs()),
      });
    });
  });
}

/** Node readiness, eviction from unreachable nodes, and the collection of pods of nodes that are gone. */
export const nodeLifecycle: Controller = (context) => {
  const pods = context.store.list<Pod>('pods');
  const readiness = earliestOf(context.store.list<KubeNode>('nodes'), (node) => readinessStep(context, node));
  const garbage = earliestOf(pods, (pod) => podGarbageStep(context, pod));
  return earlier(
    earlier(readiness, garbage),
    earliestOf(pods, (pod) => evictionStep(context, pod)),
  );
};
