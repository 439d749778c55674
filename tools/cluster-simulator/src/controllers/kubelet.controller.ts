import { stamp } from '../clock';
import { isTerminal, withCondition, type ContainerState, type KubeNode, type Pod } from '../objects';
import { earliestOf, now, type Controller, type ControllerContext, type Step } from './controller';
import { isLost } from './node.controller';

const OUT_OF_MEMORY_EXIT_CODE = 137;
const TERMINATED_EXIT_CODE = 143;

const READY_TYPES = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady'] as const;

interface Report {
  readonly phase: string;
  readonly state: ContainerState;
  readonly atMs: number;
}

function report(context: ControllerContext, pod: Pod, { phase, state, atMs }: Report): void {
  const ready = state.running !== undefined;
  context.store.update('pods', pod, (draft) => {
    draft.status.phase = phase;
    draft.status.startTime ??= stamp(atMs);
    draft.status.containerStatuses = draft.spec.containers.map((container) => ({
      name: container.name,
      image: container.image ?? '',
      imageID: container.image ?? '',
      restartCount: 0,
      ready,
      started: ready,
      state,
    }));
    for (const type of READY_TYPES) {
      const status = ready || type === 'Initialized' ? 'True' : 'False';
      const condition = { type, status, lastTransitionTime: stamp(atMs) } as const;
      draft.status.conditions = withCondition(draft.status.conditions, condition);
    }
  });
}

function startedAtOf(pod: Pod): string | undefined {
  return pod.status.containerStatuses?.[0]?.state.running?.startedAt;
}

function end(context: ControllerContext, pod: Pod, exitCode: number, atMs: number): void {
  const startedAt = startedAtOf(pod);
  const phase = exitCode === 0 ? 'Succeeded' : 'Failed';
  if (startedAt === undefined) {
    // Ended before it ran: the kubelet has no stamps to give.
    context.store.update('pods', pod, (draft) => {
      draft.status.phase = 'Failed';
    });
    return;
  }
  const finishedAt = stamp(Math.max(atMs, Date.parse(startedAt)));
  const failed = exitCode === OUT_OF_MEMORY_EXIT_CODE ? 'OOMKilled' : 'Error';
  const reason = exitCode === 0 ? 'Completed' : failed;
  const terminated = { exitCode, reason, startedAt, finishedAt };
  report(context, pod, { phase, state: { terminated }, atMs });
}

/** The request to end came `grace` seconds before the instant in the deletion stamp. */
function deletionRequestedMs(pod: Pod): number | null {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
  return deletionTimestamp === undefined
    ? null
    : Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
}

function missesSecret(context: ControllerContext, pod: Pod): boolean {
  return (pod.spec.volumes ?? []).some(({ secret }) => {
    const name = secret?.secretName;
    return name !== undefined && context.store.find('secrets', pod.metadata.namespace, name) === null;
  });
}

function startStep(context: ControllerContext, pod: Pod): Step | null {
  const { startTime, containerStatuses } = pod.status;
  if (startTime === undefined) {
    const state = { waiting: { reason: 'ContainerCreating' } };
    return now(context, () => {
      report(context, pod, { phase: 'Pending', state, atMs: context.nowMs() });
    });
  }
  if (missesSecret(context, pod)) return null;
  const behaviour = context.behaviourOf(pod);
  const pulledMs = Date.parse(startTime) + behaviour.pullSeconds * 1000;
  // A pod that had to wait for its secret starts when it is there, at the next whole second.
  const atMs = Math.max(pulledMs, Math.ceil(context.nowMs() / 1000) * 1000);
  const isBackingOff = containerStatuses?.[0]?.state.waiting?.reason === 'ImagePullBackOff';
  if (behaviour.pullFails && isBackingOff) return null;
  const state: ContainerState = behaviour.pullFails
    ? { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } }
    : { running: { startedAt: stamp(atMs) } };
  const phase = behaviour.pullFails ? 'Pending' : 'Running';
  return {
    atMs,
    run: () => {
      report(context, pod, { phase, state, atMs });
    },
  };
}

function runningStep(context: ControllerContext, pod: Pod): Step | null {
  const { runSeconds, exitCode } = context.behaviourOf(pod);
  const startedAt = startedAtOf(pod);
  if (runSeconds === null || startedAt === undefined) return null;
  const atMs = Math.max(Date.parse(startedAt) + runSeconds * 1000, 0);
  return {
    atMs,
    run: () => {
      end(context, pod, exitCode, atMs);
    },
  };
}

function terminationStep(context: ControllerContext, pod: Pod, requestedMs: number): Step {
  const { deletionGracePeriodSeconds = 0 } = pod.metadata;
  const seconds = Math.min(context.behaviourOf(pod).terminationSeconds, deletionGracePeriodSeconds);
  const atMs = requestedMs + seconds * 1000;
  return {
    atMs,
    run: () => {
      end(context, pod, TERMINATED_EXIT_CODE, atMs);
    },
  };
}

function stepOf(context: ControllerContext, pod: Pod): Step | null {
  const { nodeName } = pod.spec;
  if (nodeName === undefined || isTerminal(pod)) return null;
  const node = context.store.find<KubeNode>('nodes', undefined, nodeName);
  if (node === null || isLost(node)) return null;
  const running = pod.status.phase === 'Running' ? runningStep(context, pod) : startStep(context, pod);
  const requestedMs = deletionRequestedMs(pod);
  if (requestedMs === null) return running;
  const termination = terminationStep(context, pod, requestedMs);
  // A container that ends by itself in the same second has ended by itself.
  return pod.status.phase === 'Running' && running !== null && running.atMs <= termination.atMs
    ? running
    : termination;
}

/** Walks the pods bound to living nodes from Pending to Running to their end; stamps are whole seconds. */
export const kubelet: Controller = (context) =>
  earliestOf(context.store.list<Pod>('pods'), (pod) => stepOf(context, pod));
