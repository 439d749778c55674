import type { KubeNode, KubeObject } from './objects';
import { stamp } from './clock';
import type { ObjectStore } from './store/object-store';

/** A kind of node of the simulated cluster. */
export interface NodeGroup {
  readonly name: string;
  readonly nodes: number;
  readonly gpusPerNode: number;
  /** Exact value of `nvidia.com/gpu.product`. */
  readonly product: string;
}

/** Two A100 nodes of eight GPUs, and one node each of the smaller and the larger class. */
export const DEFAULT_NODES: readonly NodeGroup[] = [
  { name: 'a100', nodes: 2, gpusPerNode: 8, product: 'NVIDIA-A100-SXM4-80GB' },
  { name: 'h100', nodes: 1, gpusPerNode: 8, product: 'NVIDIA-H100-80GB-HBM3' },
  { name: 'l4', nodes: 1, gpusPerNode: 4, product: 'NVIDIA-L4' },
  { name: 't4', nodes: 1, gpusPerNode: 4, product: 'Tesla-T4' },
];

const GROUP = /^([a-z0-9]+)=(\d+)x(\d+):([A-Za-z0-9._-]+)$/;

/** Reads `name=NODESxGPUS:product,...`, for example `a100=2x8:NVIDIA-A100-SXM4-80GB`. */
export function parseNodeGroups(text: string): readonly NodeGroup[] {
  return text.split(',').map((part) => {
    const match = GROUP.exec(part.trim());
    if (match === null) throw new Error(`not a group of nodes: ${part}`);
    const [, name = '', nodes, gpus, product = ''] = match;
    return { name, nodes: Number(nodes), gpusPerNode: Number(gpus), product };
  });
}

const DRIVER_MAJOR = '570';

function nodeOf(group: NodeGroup, name: string, atMs: number): KubeNode {
  const gpus = String(group.gpusPerNode);
  const size = {
    cpu: '96',
    memory: '1000Gi',
    'ephemeral-storage': '900Gi',
    pods: '110',
    'nvidia.com/gpu': gpus,
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid: '',
      resourceVersion: '',
      creationTimestamp: stamp(atMs),
      labels: {
        'kubernetes.io/hostname': name,
        'nvidia.com/gpu.present': 'true',
        'nvidia.com/gpu.product': group.product,
        'nvidia.com/gpu.count': gpus,
        'nvidia.com/cuda.driver.major': DRIVER_MAJOR,
      },
    },
    spec: {
      providerID: `simulator://${name}`,
      taints: [{ key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' }],
    },
    status: {
      capacity: size,
      allocatable: size,
      conditions: [
        { type: 'Ready', status: 'True', reason: 'KubeletReady', lastTransitionTime: stamp(atMs) },
      ],
      nodeInfo: { kubeletVersion: 'v1.36.3-simulated' },
    },
  };
}

function ensure(store: ObjectStore, plural: string, namespace: string | undefined, object: KubeObject): void {
  if (store.find(plural, namespace, object.metadata.name) === null) store.create(plural, namespace, object);
}

function plain(apiVersion: string, kind: string, name: string): KubeObject {
  return { apiVersion, kind, metadata: { name, uid: '', resourceVersion: '', creationTimestamp: '' } };
}

/** Creates what every cluster has, and the nodes with their leases; what is there already stays. */
export function furnish(store: ObjectStore, groups: readonly NodeGroup[], atMs: number): void {
  for (const name of ['default', 'kube-system', 'kube-node-lease']) {
    ensure(store, 'namespaces', undefined, plain('v1', 'Namespace', name));
    ensure(store, 'serviceaccounts', name, plain('v1', 'ServiceAccount', 'default'));
  }
  for (const group of groups) {
    for (let index = 0; index < group.nodes; index += 1) {
      const name = `gpu-${group.name}-${String(index)}`;
      ensure(store, 'nodes', undefined, nodeOf(group, name, atMs));
      const lease = plain('coordination.k8s.io/v1', 'Lease', name);
      ensure(store, 'leases', 'kube-node-lease', {
        ...lease,
        spec: { holderIdentity: name, leaseDurationSeconds: 40 },
      });
    }
  }
}
