import {
  LABELS,
  ListWatch,
  type ClusterClient,
  type JobView,
  type ListWatchTimes,
  type NodeView,
  type PodView,
} from '@kuda/kube';
import type { ObservedPod } from '../domain/observed';

/** Who is told of changes in the cluster. */
export interface ClusterListener {
  /** Something of this order's Job or pods has changed. */
  session(orderId: string): void;
  /** Nodes or GPUs in use have changed: whoever waits may fit now. */
  capacity(): void;
  fault(error: unknown): void;
}

/** Copies of our Jobs and pods and of all nodes, kept by list and watch. */
export class ClusterCache {
  private readonly jobs: ListWatch<JobView>;
  private readonly pods: ListWatch<PodView>;
  private readonly nodes: ListWatch<NodeView>;

  constructor(client: ClusterClient, listener: ClusterListener, times: Partial<ListWatchTimes> = {}) {
    const onError = (error: unknown): void => {
      listener.fault(error);
    };
    const wake = (labels: Readonly<Record<string, string>>): void => {
      const orderId = labels[LABELS.order];
      if (orderId !== undefined) listener.session(orderId);
    };
    this.jobs = new ListWatch<JobView>({
      source: client.jobSource,
      nameOf: ({ name }) => name,
      versionOf: ({ uid, resourceVersion }) => `${uid}/${resourceVersion}`,
      onChange: ({ labels }) => {
        wake(labels);
      },
      onError,
      times,
    });
    this.pods = new ListWatch<PodView>({
      source: client.podSource,
      nameOf: ({ name }) => name,
      versionOf: (pod) =>
        JSON.stringify(pod, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
      onChange: ({ labels }) => {
        wake(labels);
        listener.capacity();
      },
      onError,
      times,
    });
    this.nodes = new ListWatch<NodeView>({
      source: client.nodeSource,
      nameOf: ({ name }) => name,
      versionOf: (node) => JSON.stringify(node),
      onChange: () => {
        listener.capacity();
        for (const pod of this.pods.list()) wake(pod.labels);
      },
      onError,
      times,
    });
  }

  start(): void {
    this.nodes.start();
    this.pods.start();
    this.jobs.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.jobs.stop(), this.pods.stop(), this.nodes.stop()]);
  }

  /** True when everything was listed once: before that, an absent object means nothing. */
  get isSynced(): boolean {
    return this.jobs.isSynced && this.pods.isSynced && this.nodes.isSynced;
  }

  /** Milliseconds since the API server was last heard of, over all three; Infinity before the first list. */
  silentMs(): number {
    return Math.max(this.jobs.lastEventAgeMs(), this.pods.lastEventAgeMs(), this.nodes.lastEventAgeMs());
  }

  allNodes(): readonly NodeView[] {
    return this.nodes.list();
  }

  allPods(): readonly PodView[] {
    return this.pods.list();
  }

  node(name: string): NodeView | undefined {
    return this.nodes.get(name);
  }

  /** The order's pods as last seen, those that are gone included. */
  podsOf(orderId: string): readonly ObservedPod[] {
    const ours = (pod: PodView): boolean => pod.labels[LABELS.order] === orderId;
    const present = this.pods.list().filter(ours);
    const gone = this.pods
      .departed()
      .filter((pod) => ours(pod) && !present.some(({ uid }) => uid === pod.uid));
    return [
      ...present.map((pod) => ({ ...pod, present: true })),
      ...gone.map((pod) => ({ ...pod, present: false })),
    ];
  }
}
