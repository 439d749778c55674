import { BatchV1Api, CoreV1Api, type V1Job, type V1Node, type V1Pod } from '@kubernetes/client-node';
import { boundedCall, loadKubeConfig, type ClusterOptions } from './cluster-connection';
import { KubernetesClusterProbe } from './cluster-probe.adapter';
import { KubernetesCompanionApi } from './companion.adapter';
import { KubernetesJobApi } from './job.adapter';
import { MANAGED_SELECTOR } from './labels';
import type { ListWatchSource } from './list-watch.ports';
import { KubernetesNamespaceApi } from './namespace.adapter';
import { KubernetesNodeApi } from './node.adapter';
import { KubernetesPodApi } from './pod.adapter';
import type { ClusterProbe, CompanionApi, JobApi, NamespaceApi, NodeApi, PodApi } from './ports';
import { toJobView, toNodeView, toPodView } from './view.mappers';
import type { JobView, NodeView, PodView } from './views';
import { KubernetesWatchSource } from './watch.source';

/** All ports of one cluster. */
export interface ClusterClient {
  readonly jobs: JobApi;
  readonly pods: PodApi;
  readonly nodes: NodeApi;
  readonly companions: CompanionApi;
  readonly namespace: NamespaceApi;
  readonly probe: ClusterProbe;
  /** Jobs and pods this system made, and all nodes. */
  readonly jobSource: ListWatchSource<JobView>;
  readonly podSource: ListWatchSource<PodView>;
  readonly nodeSource: ListWatchSource<NodeView>;
}

/** Connects to the cluster of a kubeconfig; no call is made yet. */
export function connectCluster(options: ClusterOptions): ClusterClient {
  const config = loadKubeConfig(options.kubeconfigPath);
  const { namespace } = options;
  const core = config.makeApiClient(CoreV1Api);
  const batch = config.makeApiClient(BatchV1Api);
  const call = () => boundedCall(options.requestTimeoutMs);
  const labelSelector = MANAGED_SELECTOR;
  return {
    jobs: new KubernetesJobApi(config, options),
    pods: new KubernetesPodApi(config, options),
    nodes: new KubernetesNodeApi(config, options),
    companions: new KubernetesCompanionApi(config, options),
    namespace: new KubernetesNamespaceApi(config, options),
    probe: new KubernetesClusterProbe(config, options),
    jobSource: new KubernetesWatchSource<V1Job, JobView>({
      config,
      path: `/apis/batch/v1/namespaces/${namespace}/jobs`,
      labelSelector,
      list: (limit, token) =>
        batch.listNamespacedJob({ namespace, labelSelector, ...page(limit, token) }, call()),
      toView: toJobView,
    }),
    podSource: new KubernetesWatchSource<V1Pod, PodView>({
      config,
      path: `/api/v1/namespaces/${namespace}/pods`,
      labelSelector,
      list: (limit, token) =>
        core.listNamespacedPod({ namespace, labelSelector, ...page(limit, token) }, call()),
      toView: toPodView,
    }),
    nodeSource: new KubernetesWatchSource<V1Node, NodeView>({
      config,
      path: '/api/v1/nodes',
      list: (limit, token) => core.listNode(page(limit, token), call()),
      toView: toNodeView,
    }),
  };
}

function page(limit: number, token: string | undefined): { limit: number; _continue?: string } {
  return token === undefined ? { limit } : { limit, _continue: token };
}
