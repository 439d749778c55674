import { BatchV1Api, type KubeConfig } from '@kubernetes/client-node';
import { boundedCall, boundedMergePatch, FIELD_MANAGER, type ClusterOptions } from './cluster-connection';
import { calling, findOrNull, toKubeError } from './errors';
import type { JobApi, JobChange } from './ports';
import { toJobView } from './view.mappers';
import type { SessionJobManifest } from './session-job.builder';
import type { JobView } from './views';

/** `JobApi` over a Kubernetes API server. */
export class KubernetesJobApi implements JobApi {
  private readonly api: BatchV1Api;
  private readonly namespace: string;
  private readonly timeoutMs: number | undefined;

  constructor(config: KubeConfig, options: ClusterOptions) {
    this.api = config.makeApiClient(BatchV1Api);
    this.namespace = options.namespace;
    this.timeoutMs = options.requestTimeoutMs;
  }

  async find(name: string): Promise<JobView | null> {
    const job = await findOrNull(() =>
      this.api.readNamespacedJob({ name, namespace: this.namespace }, boundedCall(this.timeoutMs)),
    );
    return job === null ? null : toJobView(job);
  }

  async create(manifest: SessionJobManifest): Promise<JobView> {
    const request = { namespace: this.namespace, body: manifest.job, fieldManager: FIELD_MANAGER };
    return toJobView(await calling(() => this.api.createNamespacedJob(request, boundedCall(this.timeoutMs))));
  }

  async change(name: string, uid: string, change: JobChange): Promise<JobView> {
    // The uid in the body is a precondition: the server refuses the patch for a Job that only has the same name.
    const body = { metadata: { uid }, spec: { ...change } };
    const request = { name, namespace: this.namespace, body, fieldManager: FIELD_MANAGER };
    return toJobView(
      await calling(() => this.api.patchNamespacedJob(request, boundedMergePatch(this.timeoutMs))),
    );
  }

  async remove(name: string, uid: string): Promise<void> {
    // Without a propagation policy the server would orphan the pod, and its GPU would go on running.
    const body = { propagationPolicy: 'Background', preconditions: { uid } };
    try {
      await this.api.deleteNamespacedJob(
        { name, namespace: this.namespace, body },
        boundedCall(this.timeoutMs),
      );
    } catch (error) {
      const known = toKubeError(error);
      // Gone already, or a Job of another uid stands there: that one is not ours to delete.
      if (known.kind === 'not_found' || known.kind === 'conflict') return;
      throw known;
    }
  }
}
