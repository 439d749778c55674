import { CoreV1Api, SchedulingV1Api, type KubeConfig } from '@kubernetes/client-node';
import { boundedCall, FIELD_MANAGER, type ClusterOptions } from './cluster-connection';
import { createOnce } from './companion.adapter';
import { toKubeError } from './errors';
import type { NamespaceApi } from './ports';
import { PRIORITY_CLASS, SERVICE_ACCOUNT } from './session-order';

const PRIORITY_VALUE = 1000;

/** Without the right to create it, it is the operator's to have made; the dry run of a pod tells what is missing. */
async function createWhereAllowed(create: () => Promise<unknown>): Promise<void> {
  try {
    await createOnce(create);
  } catch (error) {
    const known = toKubeError(error);
    if (known.kind !== 'forbidden') throw known;
  }
}

/** `NamespaceApi` over a Kubernetes API server. */
export class KubernetesNamespaceApi implements NamespaceApi {
  private readonly core: CoreV1Api;
  private readonly scheduling: SchedulingV1Api;

  constructor(
    config: KubeConfig,
    private readonly options: ClusterOptions,
  ) {
    this.core = config.makeApiClient(CoreV1Api);
    this.scheduling = config.makeApiClient(SchedulingV1Api);
  }

  async prepare(): Promise<void> {
    const { namespace, requestTimeoutMs } = this.options;
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    const call = () => boundedCall(requestTimeoutMs);
    await createWhereAllowed(() =>
      this.core.createNamespace(
        { body: { metadata: { name: namespace, labels } }, fieldManager: FIELD_MANAGER },
        call(),
      ),
    );
    const serviceAccount = { metadata: { name: SERVICE_ACCOUNT }, automountServiceAccountToken: false };
    await createWhereAllowed(() =>
      this.core.createNamespacedServiceAccount(
        { namespace, body: serviceAccount, fieldManager: FIELD_MANAGER },
        call(),
      ),
    );
    const priorityClass = {
      metadata: { name: PRIORITY_CLASS },
      value: PRIORITY_VALUE,
      // Paid time is not taken from anyone for another session.
      preemptionPolicy: 'Never',
      description: 'Bought GPU sessions',
    };
    await createWhereAllowed(() =>
      this.scheduling.createPriorityClass({ body: priorityClass, fieldManager: FIELD_MANAGER }, call()),
    );
  }
}
