import type { SessionJobManifest, SessionPodManifest } from './session-job.builder';
import type { SessionCompanions } from './session-companions.builder';
import type { JobView, LeaseView, NodeView, PodView } from './views';

/** What may change on a live Job; the pod template cannot. */
export interface JobChange {
  readonly suspend?: boolean;
  readonly activeDeadlineSeconds?: number;
}

/** Jobs of one namespace. Every change names the uid it is meant for: a Job of the same name is not the same Job. */
export interface JobApi {
  /** Null when no such Job exists. */
  find(name: string): Promise<JobView | null>;
  /** Throws KubeError `already_exists` for a name that is taken. */
  create(manifest: SessionJobManifest): Promise<JobView>;
  /** Throws KubeError `conflict` or `not_found` when the Job of that uid is gone. */
  change(name: string, uid: string, change: JobChange): Promise<JobView>;
  /** Deletes in the background, pods included; a Job that is gone already is a success. */
  remove(name: string, uid: string): Promise<void>;
}

export interface PodApi {
  /** The pods of one order, whatever their state. */
  ofOrder(orderId: string): Promise<readonly PodView[]>;
  /** Asks the server whether it would take such a pod (Pod Security, quota, policies). Throws KubeError when not. */
  dryRun(manifest: SessionPodManifest): Promise<void>;
}

export interface NodeApi {
  list(): Promise<readonly NodeView[]>;
  /** The node's heartbeat, null when it has none. */
  lease(nodeName: string): Promise<LeaseView | null>;
}

/** Secret, Service and PodDisruptionBudget of a session; they go with the Job that owns them. */
export interface CompanionApi {
  /** Creates what is missing; what exists already is left as it is. */
  ensure(companions: SessionCompanions): Promise<void>;
}

/** What the sessions' namespace needs once. */
export interface NamespaceApi {
  /** Creates namespace, service account and the non-preempting priority class where they are missing and it may. */
  prepare(): Promise<void>;
}

export interface ClusterProbe {
  /** Git version of the API server. */
  version(): Promise<string>;
  /** True where the Kueue API group is served. */
  hasKueue(): Promise<boolean>;
}
