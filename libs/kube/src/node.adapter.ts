import { CoordinationV1Api, CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import { boundedCall, type ClusterOptions } from './cluster-connection';
import { calling, findOrNull } from './errors';
import type { NodeApi } from './ports';
import { toLeaseView, toNodeView } from './view.mappers';
import type { LeaseView, NodeView } from './views';

/** Where kubelets renew the leases of their nodes. */
const NODE_LEASE_NAMESPACE = 'kube-node-lease';

/** `NodeApi` over a Kubernetes API server. */
export class KubernetesNodeApi implements NodeApi {
  private readonly core: CoreV1Api;
  private readonly coordination: CoordinationV1Api;
  private readonly timeoutMs: number | undefined;

  constructor(config: KubeConfig, options: ClusterOptions) {
    this.core = config.makeApiClient(CoreV1Api);
    this.coordination = config.makeApiClient(CoordinationV1Api);
    this.timeoutMs = options.requestTimeoutMs;
  }

  async list(): Promise<readonly NodeView[]> {
    const list = await calling(() => this.core.listNode({}, boundedCall(this.timeoutMs)));
    return list.items.map(toNodeView);
  }

  async lease(nodeName: string): Promise<LeaseView | null> {
    const request = { name: nodeName, namespace: NODE_LEASE_NAMESPACE };
    const lease = await findOrNull(() =>
      this.coordination.readNamespacedLease(request, boundedCall(this.timeoutMs)),
    );
    return lease === null ? null : toLeaseView(lease);
  }
}
