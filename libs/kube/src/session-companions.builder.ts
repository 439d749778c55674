import type { V1ObjectMeta, V1PodDisruptionBudget, V1Secret, V1Service } from '@kubernetes/client-node';
import { LABELS } from './labels';
import { sessionJobName, type SessionJobOrder } from './session-order';
import { JUPYTER_PORT, TENSORBOARD_PORT, sessionLabels } from './session-pod.template';

/** What a session has beside its Job; owned by the Job, so that it goes with it. */
export interface SessionCompanions {
  readonly secret: V1Secret;
  readonly service: V1Service;
  readonly disruptionBudget: V1PodDisruptionBudget;
}

/** Builds the companions of the Job of that uid. `token` opens the session's notebook; it is never logged. */
export function buildSessionCompanions(
  order: SessionJobOrder,
  jobUid: string,
  token: string,
): SessionCompanions {
  const selector = { [LABELS.order]: order.orderId };
  const metadata: V1ObjectMeta = {
    name: sessionJobName(order.orderId),
    namespace: order.namespace,
    labels: sessionLabels(order),
    ownerReferences: [
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        name: sessionJobName(order.orderId),
        uid: jobUid,
        controller: false,
        blockOwnerDeletion: false,
      },
    ],
  };
  return {
    secret: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata,
      type: 'Opaque',
      immutable: true,
      stringData: { token },
    },
    service: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        type: 'ClusterIP',
        selector,
        ports: [
          { name: 'jupyter', port: JUPYTER_PORT, targetPort: 'jupyter' },
          { name: 'tensorboard', port: TENSORBOARD_PORT, targetPort: 'tensorboard' },
        ],
      },
    },
    // An integer: a percentage needs a scale subresource, which a Job does not have.
    disruptionBudget: {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata,
      spec: { minAvailable: 1, selector: { matchLabels: selector } },
    },
  };
}
