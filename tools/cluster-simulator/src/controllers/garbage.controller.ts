import { isTerminal, JOB_TRACKING_FINALIZER, type KubeNode, type KubeObject, type Pod } from '../objects';
import { RESOURCE_KINDS } from '../store/resource-kinds';
import { earlier, earliestOf, now, type Controller, type ControllerContext, type Step } from './controller';
import { deleteObject } from './deletion';

export const FOREGROUND_FINALIZER = 'foregroundDeletion';
/** Between a pod's last status and the end of its object. */
const POD_REMOVAL_DELAY_MS = 1_000;

function ownerIsGone(context: ControllerContext, object: KubeObject): boolean {
  const owners = object.metadata.ownerReferences ?? [];
  return (
    owners.length > 0 &&
    owners.every((owner) => {
      const plural = RESOURCE_KINDS.find((kind) => kind.kind === owner.kind)?.plural;
      const found =
        plural === undefined ? null : context.store.find(plural, object.metadata.namespace, owner.name);
      const isForeground = found?.metadata.finalizers?.includes(FOREGROUND_FINALIZER) === true;
      return (
        found?.metadata.uid !== owner.uid || (isForeground && found.metadata.deletionTimestamp !== undefined)
      );
    })
  );
}

/** Dependents of an object that is gone, or goes in the foreground, are deleted. */
function dependentStep(context: ControllerContext, plural: string, object: KubeObject): Step | null {
  if (object.metadata.deletionTimestamp !== undefined || !ownerIsGone(context, object)) return null;
  return now(context, () => {
    deleteObject(context, plural, object);
  });
}

/** An object marked as deleted goes when no finalizer holds it; a pod also waits for its containers to end. */
function finalStep(context: ControllerContext, plural: string, object: KubeObject): Step | null {
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  if (deletionTimestamp === undefined) return null;
  if (plural === 'pods') return finalPodStep(context, object as Pod);
  if (finalizers.some((finalizer) => finalizer !== FOREGROUND_FINALIZER)) return null;
  const hasDependents = RESOURCE_KINDS.some((kind) =>
    context.store
      .list(kind.plural, object.metadata.namespace)
      .some(
        (other) =>
          other.metadata.ownerReferences?.some((owner) => owner.uid === object.metadata.uid) === true,
      ),
  );
  if (hasDependents) return null;
  return now(context, () => {
    context.store.remove(plural, object);
  });
}

function finalPodStep(context: ControllerContext, pod: Pod): Step | null {
  const { nodeName } = pod.spec;
  const nodeExists =
    nodeName !== undefined && context.store.find<KubeNode>('nodes', undefined, nodeName) !== null;
  if (!isTerminal(pod) && nodeExists) return null;
  const owner = pod.metadata.ownerReferences?.[0];
  const job = owner === undefined ? null : context.store.find('jobs', pod.metadata.namespace, owner.name);
  const isTracked = (pod.metadata.finalizers ?? []).includes(JOB_TRACKING_FINALIZER);
  if (isTracked && job?.metadata.uid === owner?.uid) return null;
  const endedAt = pod.status.containerStatuses?.[0]?.state.terminated?.finishedAt;
  const atMs = Math.max(
    context.nowMs(),
    endedAt === undefined ? 0 : Date.parse(endedAt) + POD_REMOVAL_DELAY_MS,
  );
  return {
    atMs,
    run: () => {
      context.store.remove('pods', pod);
    },
  };
}

/** Removes what is to go: dependents of what is gone, and deleted objects that nothing holds any more. */
export const garbageCollector: Controller = (context) =>
  RESOURCE_KINDS.reduce<Step | null>((best, { plural }) => {
    const objects = context.store.list(plural);
    const dependents = earliestOf(objects, (object) => dependentStep(context, plural, object));
    const finals = earliestOf(objects, (object) => finalStep(context, plural, object));
    return earlier(best, earlier(dependents, finals));
  }, null);
