import { CoreV1Api, PolicyV1Api, type KubeConfig } from '@kubernetes/client-node';
import { boundedCall, FIELD_MANAGER, type ClusterOptions } from './cluster-connection';
import { toKubeError } from './errors';
import type { CompanionApi } from './ports';
import type { SessionCompanions } from './session-companions.builder';

/** Runs a create; an object that exists already is what was wanted. */
export async function createOnce(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    const known = toKubeError(error);
    if (known.kind !== 'already_exists') throw known;
  }
}

/** `CompanionApi` over a Kubernetes API server. */
export class KubernetesCompanionApi implements CompanionApi {
  private readonly core: CoreV1Api;
  private readonly policy: PolicyV1Api;
  private readonly namespace: string;
  private readonly timeoutMs: number | undefined;

  constructor(config: KubeConfig, options: ClusterOptions) {
    this.core = config.makeApiClient(CoreV1Api);
    this.policy = config.makeApiClient(PolicyV1Api);
    this.namespace = options.namespace;
    this.timeoutMs = options.requestTimeoutMs;
  }

  async ensure({ secret, service, disruptionBudget }: SessionCompanions): Promise<void> {
    const into = { namespace: this.namespace, fieldManager: FIELD_MANAGER };
    const { core, policy } = this;
    await createOnce(() =>
      core.createNamespacedSecret({ ...into, body: secret }, boundedCall(this.timeoutMs)),
    );
    await createOnce(() =>
      core.createNamespacedService({ ...into, body: service }, boundedCall(this.timeoutMs)),
    );
    await createOnce(() =>
      policy.createNamespacedPodDisruptionBudget(
        { ...into, body: disruptionBudget },
        boundedCall(this.timeoutMs),
      ),
    );
  }
}
