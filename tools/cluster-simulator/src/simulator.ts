import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { createApiServer } from './api/server';
import { createClock, stamp } from './clock';
import { LOST_ANNOTATION } from './controllers/node.controller';
import { behaviourOf, type BehaviourRule } from './controllers/pod-behaviour';
import { DEFAULT_NODES, furnish, type NodeGroup } from './nodes';
import type { KubeNode } from './objects';
import { readSnapshot, writeSnapshot, type SimulatorSnapshot } from './snapshot.file';
import { ObjectStore } from './store/object-store';
import { Timeline, type Instant } from './timeline';

export interface SimulatorOptions {
  /** 0 takes a free port. */
  readonly port?: number;
  /** Where to write the kubeconfig. */
  readonly kubeconfigPath: string;
  /** The instant at which simulated and real time agree, milliseconds since the epoch. */
  readonly clockOriginMs?: number;
  /** Simulated seconds per real second. */
  readonly clockScale?: number;
  readonly nodes?: readonly NodeGroup[];
  /** How containers behave that do not say it in annotations. */
  readonly behaviours?: readonly BehaviourRule[];
  /** Keeps the cluster's objects over a restart. */
  readonly stateFile?: string | null;
  /** Changes kept for watches that come back. */
  readonly historyLimit?: number;
  /** Real milliseconds between the bookmarks of a watch. */
  readonly bookmarkMs?: number;
}

export interface ClusterSimulator {
  readonly url: string;
  readonly kubeconfigPath: string;
  /** Simulated now, milliseconds. */
  nowMs(): number;
  /** Power cut: no lease, no status, its pods stay as they were. */
  loseNode(name: string): void;
  /** The power is back; its pods go on where the objects say. */
  restoreNode(name: string): void;
  /** Containers with these labels behave so from now on. */
  behave(rule: BehaviourRule): void;
  /** Ends all open connections, as a restart of the API server does. */
  dropConnections(): void;
  /** Forgets the history of changes: watches from before get 410. */
  compact(): void;
  stop(): Promise<void>;
}

const SNAPSHOT_DELAY_MS = 50;
const DEFAULT_BOOKMARK_MS = 10_000;
const WATCH_TIMEOUT_MS = 300_000;

function kubeconfig(url: string, token: string): string {
  const named = (kind: string, value: object): object => ({ name: 'kuda-simulator', [kind]: value });
  // JSON is YAML. Plain HTTP needs the skip flag, else client-node refuses the address.
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [named('cluster', { server: url, 'insecure-skip-tls-verify': true })],
    users: [named('user', { token })],
    contexts: [named('context', { cluster: 'kuda-simulator', user: 'kuda-simulator' })],
    'current-context': 'kuda-simulator',
  });
}

/** Writes the snapshot soon after a change; many changes make one write. */
class SnapshotKeeper {
  private pending: NodeJS.Timeout | null = null;

  constructor(
    private readonly stateFile: string | null,
    private readonly snapshot: () => SimulatorSnapshot,
  ) {}

  soon(): void {
    this.pending ??= setTimeout(() => {
      this.save();
    }, SNAPSHOT_DELAY_MS);
  }

  save(): void {
    if (this.pending !== null) clearTimeout(this.pending);
    this.pending = null;
    if (this.stateFile !== null) writeSnapshot(this.stateFile, this.snapshot());
  }
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}

function markNode(store: ObjectStore, name: string, lostAt: string | null): void {
  store.update<KubeNode>('nodes', store.get<KubeNode>('nodes', undefined, name), (draft) => {
    const { [LOST_ANNOTATION]: _, ...others } = draft.metadata.annotations ?? {};
    draft.metadata.annotations = lostAt === null ? others : { ...others, [LOST_ANNOTATION]: lostAt };
  });
}

interface Running {
  readonly store: ObjectStore;
  readonly timeline: Timeline;
  readonly instant: Instant;
  readonly behaviours: BehaviourRule[];
  readonly server: Server;
}

type Controls = Pick<ClusterSimulator, 'loseNode' | 'restoreNode' | 'behave' | 'dropConnections' | 'compact'>;

function controlsOf({ store, timeline, instant, behaviours, server }: Running): Controls {
  return {
    loseNode: (name) => {
      timeline.perform(() => {
        markNode(store, name, stamp(instant.ms));
      });
    },
    restoreNode: (name) => {
      timeline.perform(() => {
        markNode(store, name, null);
      });
    },
    behave: (rule) => {
      timeline.perform(() => behaviours.unshift(rule));
    },
    dropConnections: () => {
      server.closeAllConnections();
    },
    compact: () => {
      store.compact();
    },
  };
}

/** Starts a simulated cluster on 127.0.0.1: an API server over HTTP and its controllers, on an accelerated clock. */
export async function startClusterSimulator(options: SimulatorOptions): Promise<ClusterSimulator> {
  const { stateFile = null, kubeconfigPath } = options;
  const snapshot = stateFile === null ? null : readSnapshot(stateFile);
  const clock = createClock({
    originMs: options.clockOriginMs ?? Date.now(),
    scale: options.clockScale ?? 1,
    floorMs: snapshot?.instantMs ?? 0,
  });
  // What fell due while the simulator was down happens at the instants it was due, not now.
  const instant: Instant = { ms: snapshot?.instantMs ?? clock.nowMs() };
  const store = new ObjectStore(() => instant.ms, snapshot?.store ?? null, options.historyLimit);
  furnish(store, options.nodes ?? DEFAULT_NODES, instant.ms);
  const behaviours: BehaviourRule[] = [...(options.behaviours ?? [])];
  const timeline = new Timeline(clock, instant, store, (pod) => behaviourOf(pod, behaviours));
  const token = snapshot?.token ?? randomBytes(24).toString('base64url');
  const watchTimes = {
    bookmarkMs: options.bookmarkMs ?? DEFAULT_BOOKMARK_MS,
    defaultTimeoutMs: WATCH_TIMEOUT_MS,
  };
  const target = { store, nowMs: () => instant.ms };
  const server = createApiServer({ target, timeline, token, watchTimes });
  const url = await listen(server, options.port ?? 0);
  mkdirSync(dirname(kubeconfigPath), { recursive: true });
  writeFileSync(kubeconfigPath, kubeconfig(url, token), { mode: 0o600 });

  const keeper = new SnapshotKeeper(stateFile, () => ({
    format: 1,
    instantMs: instant.ms,
    token,
    store: store.snapshot(),
  }));
  const unsubscribe = store.onChange(() => {
    keeper.soon();
  });
  timeline.perform(() => undefined);
  keeper.save();
  const controls = controlsOf({ store, timeline, instant, behaviours, server });
  return {
    url,
    kubeconfigPath,
    nowMs: () => clock.nowMs(),
    ...controls,
    stop: async () => {
      timeline.stop();
      unsubscribe();
      keeper.save();
      await close(server);
    },
  };
}
