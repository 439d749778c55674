import {
  KubeConfig,
  type ConfigurationOptions,
  Observable,
  type ObservableMiddleware,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node';

export interface ClusterOptions {
  /** Path of a kubeconfig; null means the service account of the pod this runs in. */
  readonly kubeconfigPath: string | null;
  readonly namespace: string;
  /** No call of the API server waits longer; a watch is not bound by it. */
  readonly requestTimeoutMs?: number;
}

const DEFAULT_REQUEST_TIMEOUT_MS = 10_000;
/** Who changed an object, in its managed fields; without it the client's own name would stand there. */
export const FIELD_MANAGER = 'kuda-gpu-scheduler';

/** Credentials and address, loaded once. */
export function loadKubeConfig(kubeconfigPath: string | null): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfigPath === null) config.loadFromCluster();
  else config.loadFromFile(kubeconfigPath);
  return config;
}

/** Options for one call: a time limit, which the generated client does not set by itself. */
export function boundedCall(timeoutMs: number = DEFAULT_REQUEST_TIMEOUT_MS): ConfigurationOptions {
  const limit: ObservableMiddleware = {
    pre: (request) => {
      request.setSignal(AbortSignal.timeout(timeoutMs));
      return new Observable(Promise.resolve(request));
    },
    post: (response) => new Observable(Promise.resolve(response)),
  };
  return { middleware: [limit], middlewareMergeStrategy: 'append' };
}

/** The same for a merge patch: without the header the generated client would send a JSON patch. */
export function boundedMergePatch(timeoutMs: number = DEFAULT_REQUEST_TIMEOUT_MS): ConfigurationOptions {
  return setHeaderOptions('Content-Type', PatchStrategy.MergePatch, boundedCall(timeoutMs));
}
