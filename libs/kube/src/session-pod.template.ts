import type { V1PodSpec, V1PodTemplateSpec } from '@kubernetes/client-node';
import {
  CUDA_DRIVER_MAJOR_LABEL,
  GPU_PRODUCT_LABEL,
  GPU_RESOURCE,
  LABELS,
  MANAGER,
  SESSION_CONTAINER,
} from './labels';
import {
  PRIORITY_CLASS,
  SERVICE_ACCOUNT,
  TERMINATION_GRACE_SECONDS,
  sessionJobName,
  type SessionJobOrder,
} from './session-order';

const CPU_PER_GPU = 8;
const MEMORY_GIB_PER_GPU = 64;
const SHM_GIB = 16;
const EPHEMERAL_GIB = 50;
const LOST_NODE_TOLERATION_SECONDS = 60;
const SESSION_USER = 1000;
const SECRET_MODE = 0o440;
export const JUPYTER_PORT = 8888;
export const TENSORBOARD_PORT = 6006;

function gpuNodesOnly(order: SessionJobOrder): NonNullable<V1PodSpec['affinity']> {
  return {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          {
            matchExpressions: [
              { key: GPU_PRODUCT_LABEL, operator: 'In', values: [...order.gpuProducts] },
              { key: CUDA_DRIVER_MAJOR_LABEL, operator: 'Gt', values: [String(order.minDriverMajor - 1)] },
            ],
          },
        ],
      },
    },
  };
}

function sessionContainer(order: SessionJobOrder): V1PodSpec['containers'][number] {
  const memory = `${String(MEMORY_GIB_PER_GPU * order.gpuCount)}Gi`;
  const storage = `${String(EPHEMERAL_GIB)}Gi`;
  return {
    name: SESSION_CONTAINER,
    image: order.imageReference,
    imagePullPolicy: 'IfNotPresent',
    env: [{ name: 'HOME', value: '/home/user' }],
    ports: [
      { name: 'jupyter', containerPort: JUPYTER_PORT },
      { name: 'tensorboard', containerPort: TENSORBOARD_PORT },
    ],
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    resources: {
      requests: { cpu: String(CPU_PER_GPU * order.gpuCount), memory, 'ephemeral-storage': storage },
      limits: { memory, 'ephemeral-storage': storage, [GPU_RESOURCE]: String(order.gpuCount) },
    },
    // Readiness only: a liveness probe would kill a long computation.
    startupProbe: { tcpSocket: { port: 'jupyter' }, periodSeconds: 2, failureThreshold: 150 },
    readinessProbe: { tcpSocket: { port: 'jupyter' }, periodSeconds: 10 },
    volumeMounts: [
      { name: 'shm', mountPath: '/dev/shm' },
      { name: 'home', mountPath: '/home/user' },
      { name: 'token', mountPath: '/run/secrets/session', readOnly: true },
    ],
  };
}

function podSpec(order: SessionJobOrder): V1PodSpec {
  const gone = { operator: 'Exists', effect: 'NoExecute', tolerationSeconds: LOST_NODE_TOLERATION_SECONDS };
  return {
    restartPolicy: 'Never',
    serviceAccountName: SERVICE_ACCOUNT,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    priorityClassName: PRIORITY_CLASS,
    terminationGracePeriodSeconds: TERMINATION_GRACE_SECONDS,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: SESSION_USER,
      runAsGroup: SESSION_USER,
      fsGroup: SESSION_USER,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    tolerations: [
      { key: GPU_RESOURCE, operator: 'Exists', effect: 'NoSchedule' },
      { key: 'node.kubernetes.io/unreachable', ...gone },
      { key: 'node.kubernetes.io/not-ready', ...gone },
    ],
    affinity: gpuNodesOnly(order),
    containers: [sessionContainer(order)],
    volumes: [
      { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: `${String(SHM_GIB)}Gi` } },
      { name: 'home', emptyDir: {} },
      // Owned by the Job, so it is made after it; the pod waits for it.
      { name: 'token', secret: { secretName: sessionJobName(order.orderId), defaultMode: SECRET_MODE } },
    ],
  };
}

/** Labels of everything that belongs to the order. */
export function sessionLabels(order: SessionJobOrder): Record<string, string> {
  return {
    [LABELS.managedBy]: MANAGER,
    [LABELS.order]: order.orderId,
    [LABELS.userHash]: order.userHash,
    [LABELS.image]: order.imageName,
  };
}

/** The pod template of a session: restricted Pod Security, GPU nodes of the exact products, no token, no rights. */
export function buildPodTemplate(order: SessionJobOrder): V1PodTemplateSpec {
  return {
    metadata: {
      labels: sessionLabels(order),
      annotations: {
        'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
        'karpenter.sh/do-not-disrupt': 'true',
        ...order.extraPodAnnotations,
      },
    },
    spec: podSpec(order),
  };
}
