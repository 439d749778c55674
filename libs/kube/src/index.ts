export type { ClusterOptions } from './cluster-connection';
export { connectCluster, type ClusterClient } from './cluster-client';
export { KubeError, type KubeErrorKind } from './errors';
export { ANNOTATIONS, LABELS, MANAGER } from './labels';
export { ListWatch } from './list-watch';
export {
  DEFAULT_TIMES,
  type ListPage,
  type ListWatchOptions,
  type ListWatchSource,
  type ListWatchTimes,
  type OpenWatch,
  type WatchNotice,
} from './list-watch.ports';
export type { ClusterProbe, CompanionApi, JobApi, JobChange, NamespaceApi, NodeApi, PodApi } from './ports';
export { buildSessionCompanions, type SessionCompanions } from './session-companions.builder';
export {
  buildSessionJob,
  buildSessionPod,
  type SessionJobManifest,
  type SessionPodManifest,
} from './session-job.builder';
export { isOrderIdNameable, sessionJobName, type SessionJobOrder } from './session-order';
export {
  conditionTrue,
  type ConditionView,
  type ContainerView,
  type JobView,
  type LeaseView,
  type NodeView,
  type PodView,
} from './views';
export { WorkQueue, type WorkQueueOptions, type WorkResult } from './work-queue';
