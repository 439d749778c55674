import { ApisApi, VersionApi, type KubeConfig } from '@kubernetes/client-node';
import { boundedCall, type ClusterOptions } from './cluster-connection';
import { calling } from './errors';
import type { ClusterProbe } from './ports';

const KUEUE_GROUP = 'kueue.x-k8s.io';

/** `ClusterProbe` over a Kubernetes API server. */
export class KubernetesClusterProbe implements ClusterProbe {
  constructor(
    private readonly config: KubeConfig,
    private readonly options: ClusterOptions,
  ) {}

  async version(): Promise<string> {
    const api = this.config.makeApiClient(VersionApi);
    const info = await calling(() => api.getCode({}, boundedCall(this.options.requestTimeoutMs)));
    return info.gitVersion;
  }

  async hasKueue(): Promise<boolean> {
    const api = this.config.makeApiClient(ApisApi);
    const groups = await calling(() => api.getAPIVersions({}, boundedCall(this.options.requestTimeoutMs)));
    return groups.groups.some((group) => group.name === KUEUE_GROUP);
  }
}
