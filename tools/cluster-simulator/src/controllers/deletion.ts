import { stamp } from '../clock';
import { isTerminal, type KubeObject, type Pod } from '../objects';
import type { ObjectStore } from '../store/object-store';

const DEFAULT_GRACE_SECONDS = 30;

/** What is needed to delete: the objects and the time. */
export interface Deleting {
  readonly store: ObjectStore;
  nowMs(): number;
}

function markDeleted(target: Deleting, plural: string, object: KubeObject, graceSeconds: number): void {
  target.store.update(plural, object, (draft) => {
    if (draft.metadata.deletionTimestamp !== undefined) return;
    draft.metadata.deletionTimestamp = stamp(target.nowMs() + graceSeconds * 1000);
    draft.metadata.deletionGracePeriodSeconds = graceSeconds;
  });
}

/** Asks for the end of a pod: at once where nothing runs, else by its kubelet within the grace period. */
export function deletePod(target: Deleting, pod: Pod, graceSeconds?: number): void {
  const runs = pod.spec.nodeName !== undefined && !isTerminal(pod);
  const grace = graceSeconds ?? pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  const tracked = (pod.metadata.finalizers ?? []).length > 0;
  if ((!runs || grace === 0) && !tracked) {
    target.store.remove('pods', pod);
    return;
  }
  markDeleted(target, 'pods', pod, runs ? grace : 0);
}

/** Deletes any object; one with finalizers is only marked, and goes when they are gone. */
export function deleteObject(target: Deleting, plural: string, object: KubeObject): void {
  if (plural === 'pods') deletePod(target, object as Pod);
  else if ((object.metadata.finalizers ?? []).length > 0) markDeleted(target, plural, object, 0);
  else target.store.remove(plural, object);
}
