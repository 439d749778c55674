import { randomUUID } from 'node:crypto';
import { stamp } from '../clock';
import type { KubeObject } from '../objects';
import { alreadyExists, notFound } from './api-error';
import { apiVersionOf, kindNamed, type ResourceKind } from './resource-kinds';

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One change, as a watch tells of it. `before` is null for an added object. */
export interface Change {
  readonly resourceVersion: number;
  readonly plural: string;
  readonly type: ChangeType;
  readonly object: KubeObject;
  readonly before: KubeObject | null;
}

export interface StoreSnapshot {
  readonly resourceVersion: number;
  readonly objects: readonly { readonly plural: string; readonly object: KubeObject }[];
}

/** Changes kept for watches that come back; whoever is older gets 410. */
const DEFAULT_HISTORY = 4_096;

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

/** All objects with one resource version over all of them, as etcd has it. Objects are never changed in place. */
export class ObjectStore {
  private readonly byPlural = new Map<string, Map<string, KubeObject>>();
  private readonly listeners = new Set<(change: Change) => void>();
  private history: Change[] = [];
  private version: number;
  private floor: number;

  constructor(
    private readonly nowMs: () => number,
    snapshot: StoreSnapshot | null,
    private readonly historyLimit = DEFAULT_HISTORY,
  ) {
    this.version = (snapshot?.resourceVersion ?? 0) + 1;
    // What happened before a restart is not kept: an older watch has to list anew.
    this.floor = this.version;
    for (const { plural, object } of snapshot?.objects ?? []) {
      this.table(plural).set(keyOf(object.metadata.namespace, object.metadata.name), object);
    }
  }

  get resourceVersion(): number {
    return this.version;
  }

  /** Changes before this version are forgotten. */
  get oldestVersion(): number {
    return this.floor;
  }

  list<T extends KubeObject = KubeObject>(plural: string, namespace?: string): readonly T[] {
    const all = [...this.table(plural).entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object);
    const found =
      namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
    return found as T[];
  }

  find<T extends KubeObject = KubeObject>(
    plural: string,
    namespace: string | undefined,
    name: string,
  ): T | null {
    return (this.table(plural).get(keyOf(namespace, name)) ?? null) as T | null;
  }

  get<T extends KubeObject = KubeObject>(plural: string, namespace: string | undefined, name: string): T {
    const object = this.find<T>(plural, namespace, name);
    if (object === null) throw notFound(plural, name);
    return object;
  }

  /** Completes metadata as the server does, without storing anything. */
  complete(kind: ResourceKind, namespace: string | undefined, draft: KubeObject): KubeObject {
    const object = structuredClone(draft);
    const { metadata } = object;
    object.apiVersion = apiVersionOf(kind);
    object.kind = kind.kind;
    metadata.uid = randomUUID();
    metadata.creationTimestamp = stamp(this.nowMs());
    metadata.generation = 1;
    metadata.resourceVersion = String(this.version);
    if (kind.namespaced && namespace !== undefined) metadata.namespace = namespace;
    return object;
  }

  create(plural: string, namespace: string | undefined, draft: KubeObject): KubeObject {
    const { name } = draft.metadata;
    if (this.find(plural, namespace, name) !== null) throw alreadyExists(plural, name);
    const object = this.complete(kindNamed(plural), namespace, draft);
    return this.commit(plural, 'ADDED', object, null);
  }

  /** Changes a copy of the object and stores it under the next version; an unchanged one keeps its version. */
  update<T extends KubeObject>(plural: string, object: T, change: (draft: T) => void): T {
    const current = this.get<T>(plural, object.metadata.namespace, object.metadata.name);
    const draft = structuredClone(current);
    change(draft);
    if (JSON.stringify(draft) === JSON.stringify(current)) return current;
    if (JSON.stringify(draft.spec) !== JSON.stringify(current.spec)) {
      draft.metadata.generation = (current.metadata.generation ?? 1) + 1;
    }
    return this.commit(plural, 'MODIFIED', draft, current) as T;
  }

  remove(plural: string, object: KubeObject): void {
    const current = this.find(plural, object.metadata.namespace, object.metadata.name);
    if (current?.metadata.uid !== object.metadata.uid) return;
    this.commit(plural, 'DELETED', structuredClone(current), current);
  }

  /** Changes after that version, oldest first; null when some of them are forgotten. */
  since(version: number): readonly Change[] | null {
    if (version < this.floor) return null;
    return this.history.filter((change) => change.resourceVersion > version);
  }

  onChange(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Forgets all history, as etcd's compaction does. */
  compact(): void {
    this.history = [];
    this.floor = this.version;
  }

  snapshot(): StoreSnapshot {
    const objects = [...this.byPlural].flatMap(([plural, table]) =>
      [...table.values()].map((object) => ({ plural, object })),
    );
    return { resourceVersion: this.version, objects };
  }

  private table(plural: string): Map<string, KubeObject> {
    const known = this.byPlural.get(plural);
    if (known !== undefined) return known;
    const table = new Map<string, KubeObject>();
    this.byPlural.set(plural, table);
    return table;
  }

  private commit(
    plural: string,
    type: ChangeType,
    object: KubeObject,
    before: KubeObject | null,
  ): KubeObject {
    this.version += 1;
    object.metadata.resourceVersion = String(this.version);
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    if (type === 'DELETED') this.table(plural).delete(key);
    else this.table(plural).set(key, object);
    const change: Change = { resourceVersion: this.version, plural, type, object, before };
    this.history.push(change);
    if (this.history.length > this.historyLimit) {
      const dropped = this.history.splice(0, this.history.length - this.historyLimit);
      this.floor = dropped.at(-1)?.resourceVersion ?? this.floor;
    }
    for (const listener of this.listeners) listener(change);
    return object;
  }
}
