import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import { boundedCall, FIELD_MANAGER, type ClusterOptions } from './cluster-connection';
import { calling } from './errors';
import { LABELS } from './labels';
import type { PodApi } from './ports';
import type { SessionPodManifest } from './session-job.builder';
import { toPodView } from './view.mappers';
import type { PodView } from './views';

/** `PodApi` over a Kubernetes API server. */
export class KubernetesPodApi implements PodApi {
  private readonly api: CoreV1Api;
  private readonly namespace: string;
  private readonly timeoutMs: number | undefined;

  constructor(config: KubeConfig, options: ClusterOptions) {
    this.api = config.makeApiClient(CoreV1Api);
    this.namespace = options.namespace;
    this.timeoutMs = options.requestTimeoutMs;
  }

  async ofOrder(orderId: string): Promise<readonly PodView[]> {
    const request = { namespace: this.namespace, labelSelector: `${LABELS.order}=${orderId}` };
    const list = await calling(() => this.api.listNamespacedPod(request, boundedCall(this.timeoutMs)));
    return list.items.map(toPodView);
  }

  async dryRun(manifest: SessionPodManifest): Promise<void> {
    const request = {
      namespace: this.namespace,
      body: manifest.pod,
      dryRun: 'All',
      fieldManager: FIELD_MANAGER,
    };
    await calling(() => this.api.createNamespacedPod(request, boundedCall(this.timeoutMs)));
  }
}
