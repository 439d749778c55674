import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectCluster, type ClusterClient, type SessionJobOrder } from '../../src/index';
import { startClusterSimulator, type ClusterSimulator, type SimulatorOptions } from '@kuda/cluster-simulator';

/** A simulated cluster in a folder of its own, with a connected client. */
export interface TestCluster {
  readonly simulator: ClusterSimulator;
  readonly client: ClusterClient;
  readonly folder: string;
  /** Plain HTTP, for what the ports do not offer. */
  http(method: string, path: string, body?: unknown, contentType?: string): Promise<Response>;
  stop(): Promise<void>;
}

export const NAMESPACE = 'gpu-sessions';
export const SCALE = 2400;

/** Starts a cluster at scale 2400 whose namespace is prepared. */
export async function aCluster(options: Partial<SimulatorOptions> = {}): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'kuda-simulator-'));
  const kubeconfigPath = join(folder, 'kubeconfig');
  const simulator = await startClusterSimulator({ kubeconfigPath, clockScale: SCALE, ...options });
  const client = connectCluster({ kubeconfigPath, namespace: NAMESPACE });
  await client.namespace.prepare();
  const { token } = (await import('node:fs'))
    .readFileSync(kubeconfigPath, 'utf8')
    .match(/"token":"(?<token>[^"]+)"/)?.groups ?? { token: '' };
  return {
    simulator,
    client,
    folder,
    http: (method, path, body, contentType = 'application/json') =>
      fetch(`${simulator.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token ?? ''}`, 'content-type': contentType },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    stop: async () => {
      await simulator.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An order for one A100 for an hour; its container runs until it is ended unless the annotations say otherwise. */
export function anOrder(
  orderId: string,
  extraPodAnnotations: Readonly<Record<string, string>> = {},
  more: Partial<SessionJobOrder> = {},
): SessionJobOrder {
  return {
    orderId,
    namespace: NAMESPACE,
    userHash: 'abc123',
    imageName: 'tensorflow-2.15-cuda12',
    imageReference: `registry.kuda.example/tensorflow@sha256:${'a'.repeat(64)}`,
    minDriverMajor: 525,
    gpuProducts: ['NVIDIA-A100-SXM4-80GB'],
    gpuCount: 1,
    purchasedSeconds: 3600,
    provisioningAllowanceSeconds: 1200,
    traceparent: null,
    extraPodAnnotations,
    ...more,
  };
}

/** Polls until the answer is not null; fails after the bound. */
export async function until<T>(read: () => Promise<T | null> | T | null, timeoutMs = 5_000): Promise<T> {
  const endMs = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (value !== null) return value;
    if (Date.now() > endMs) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
