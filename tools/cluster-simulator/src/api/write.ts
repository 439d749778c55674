import { randomBytes } from 'node:crypto';
import { FOREGROUND_FINALIZER } from '../controllers/garbage.controller';
import { deleteObject, deletePod, type Deleting } from '../controllers/deletion';
import { LEASE_SECONDS, lostAtMs } from '../controllers/node.controller';
import { microStamp } from '../clock';
import type { Job, KubeNode, KubeObject, Pod } from '../objects';
import { badRequest, conflict, invalid, notFound } from '../store/api-error';
import { admitPod } from '../store/pod-admission';
import { applyPatch } from './patch';
import type { ResourceRequest } from './request';

const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
/** Names of Jobs end in pod names and label values, which are shorter. */
const MAX_JOB_NAME = 63;

function asObject(body: unknown): KubeObject {
  const object = structuredClone(body) as Partial<KubeObject> | null;
  if (typeof object !== 'object' || object?.metadata === undefined)
    throw badRequest('the object has no metadata');
  const { metadata } = object;
  if (metadata.generateName !== undefined && (metadata as Partial<typeof metadata>).name === undefined) {
    metadata.name = `${metadata.generateName}${randomBytes(3).toString('hex').slice(0, 5)}`;
  }
  return object as KubeObject;
}

function defaults(plural: string, object: KubeObject): void {
  if (plural === 'pods') (object as Pod).status = { phase: 'Pending' };
  if (plural === 'jobs') {
    const job = object as Job;
    job.spec = { parallelism: 1, completions: 1, backoffLimit: 6, suspend: false, ...job.spec };
    job.status = {};
  }
  if (plural === 'secrets') {
    const secret = object as KubeObject & {
      data?: Record<string, string>;
      stringData?: Record<string, string>;
    };
    const text = Object.entries(secret.stringData ?? {});
    const encoded = text.map(([key, value]) => [key, Buffer.from(value).toString('base64')] as const);
    secret.data = { ...secret.data, ...Object.fromEntries(encoded) };
    delete secret.stringData;
  }
}

function validate(plural: string, object: KubeObject): void {
  const { name } = object.metadata;
  if (!NAME.test(name)) throw invalid(`metadata.name: Invalid value: "${name}"`);
  if (plural !== 'jobs') return;
  const { spec } = object as Job;
  if (name.length > MAX_JOB_NAME) throw invalid('metadata.name: must be no more than 63 characters');
  if ((spec as Partial<Job['spec']>).template === undefined) throw invalid('spec.template: Required value');
  if (spec.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds < 0) {
    throw invalid('spec.activeDeadlineSeconds: must be greater than or equal to 0');
  }
}

export function createObject(target: Deleting, request: ResourceRequest, body: unknown): KubeObject {
  const { kind, namespace, query } = request;
  const { store } = target;
  const object = asObject(body);
  if (kind.namespaced && namespace === undefined) throw badRequest('the resource needs a namespace');
  if (namespace !== undefined && store.find('namespaces', undefined, namespace) === null) {
    throw notFound('namespaces', namespace);
  }
  defaults(kind.plural, object);
  validate(kind.plural, object);
  if (kind.plural === 'pods') admitPod(store, namespace ?? '', object as Pod);
  if (query.has('dryRun')) return store.complete(kind, namespace, object);
  const created = store.create(kind.plural, namespace, object);
  if (kind.plural === 'namespaces') {
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { ...created.metadata, name: 'default' },
    };
    store.create('serviceaccounts', created.metadata.name, account);
  }
  return created;
}

function checkPreconditions(plural: string, current: KubeObject, next: KubeObject): void {
  const { name, uid, resourceVersion } = current.metadata;
  if (next.metadata.uid !== uid) {
    throw conflict(
      plural,
      name,
      `Precondition failed: UID in precondition: ${next.metadata.uid}, UID in object: ${uid}`,
    );
  }
  if (next.metadata.resourceVersion !== resourceVersion) {
    throw conflict(
      plural,
      name,
      'the object has been modified; please apply your changes to the latest version',
    );
  }
  if (plural !== 'jobs') return;
  const before = JSON.stringify((current as Job).spec.template);
  if (JSON.stringify((next as Job).spec.template) !== before)
    throw invalid('spec.template: field is immutable');
}

/** Stores what a PUT or PATCH made of the object: the status through its subresource, all else without it. */
function replace(
  target: Deleting,
  request: ResourceRequest,
  current: KubeObject,
  next: KubeObject,
): KubeObject {
  const { kind, subresource, query } = request;
  checkPreconditions(kind.plural, current, next);
  if (query.has('dryRun')) return next;
  return target.store.update(kind.plural, current, (draft) => {
    if (subresource === 'status') {
      if (next.status !== undefined) draft.status = next.status;
      return;
    }
    const { status } = draft;
    const { creationTimestamp, deletionTimestamp } = draft.metadata;
    Object.assign(draft, next);
    draft.metadata = { ...next.metadata, creationTimestamp };
    if (deletionTimestamp !== undefined) draft.metadata.deletionTimestamp = deletionTimestamp;
    if (status !== undefined) draft.status = status;
  });
}

function current(target: Deleting, request: ResourceRequest): KubeObject {
  return target.store.get(request.kind.plural, request.namespace, request.name ?? '');
}

export function putObject(target: Deleting, request: ResourceRequest, body: unknown): KubeObject {
  const stored = current(target, request);
  const next = asObject(body);
  const { uid, resourceVersion } = stored.metadata;
  // Both are optional in a PUT; where they stand they must be right.
  next.metadata = { ...next.metadata, uid: next.metadata.uid || uid };
  next.metadata.resourceVersion ||= resourceVersion;
  return replace(target, request, stored, next);
}

export function patchObject(
  target: Deleting,
  request: ResourceRequest,
  contentType: string,
  body: unknown,
): KubeObject {
  const stored = current(target, request);
  return replace(target, request, stored, applyPatch(contentType, stored, body) as KubeObject);
}

interface DeleteOptions {
  readonly propagationPolicy?: string;
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** The dependents lose their owner and live on. */
function orphanDependents(target: Deleting, owner: KubeObject): void {
  for (const plural of ['pods', 'secrets', 'services', 'poddisruptionbudgets']) {
    for (const object of target.store.list(plural, owner.metadata.namespace)) {
      const owners = object.metadata.ownerReferences ?? [];
      if (!owners.some((reference) => reference.uid === owner.metadata.uid)) continue;
      target.store.update(plural, object, (draft) => {
        draft.metadata.ownerReferences = owners.filter((reference) => reference.uid !== owner.metadata.uid);
        draft.metadata.finalizers = [];
      });
    }
  }
}

/** What a delete left: the object, and whether its dependents were orphaned (the server warns of that). */
export interface Deleted {
  readonly object: KubeObject;
  readonly orphaned: boolean;
}

export function removeObject(target: Deleting, request: ResourceRequest, body: unknown): Deleted {
  const { kind, query } = request;
  const { plural } = kind;
  const object = current(target, request);
  const options = body as DeleteOptions;
  const { uid, resourceVersion } = options.preconditions ?? {};
  if (uid !== undefined && uid !== object.metadata.uid) {
    throw conflict(plural, object.metadata.name, `Precondition failed: UID in precondition: ${uid}`);
  }
  if (resourceVersion !== undefined && resourceVersion !== object.metadata.resourceVersion) {
    throw conflict(plural, object.metadata.name, 'Precondition failed: resourceVersion');
  }
  if (query.has('dryRun')) return { object, orphaned: false };
  // The default of batch/v1 Jobs over REST is to orphan: the pod and its GPU run on.
  const policy =
    query.get('propagationPolicy') ?? options.propagationPolicy ?? (plural === 'jobs' ? 'Orphan' : '');
  if (plural === 'pods') {
    const grace = query.get('gracePeriodSeconds') ?? options.gracePeriodSeconds;
    deletePod(target, object as Pod, grace === undefined ? undefined : Number(grace));
    return { object, orphaned: false };
  }
  if (policy === 'Orphan') orphanDependents(target, object);
  if (policy === 'Foreground') {
    const held = target.store.update(plural, object, (draft) => {
      draft.metadata.finalizers = [...(draft.metadata.finalizers ?? []), FOREGROUND_FINALIZER];
    });
    deleteObject(target, plural, held);
  } else deleteObject(target, plural, object);
  return { object, orphaned: policy === 'Orphan' };
}

/** A node's lease as read: renewed by living nodes without a write, and frozen at the loss of the others. */
export function withFreshLease(target: Deleting, object: KubeObject): KubeObject {
  if (object.metadata.namespace !== 'kube-node-lease') return object;
  const node = target.store.find<KubeNode>('nodes', undefined, object.metadata.name);
  if (node === null) return object;
  const seenMs = lostAtMs(node) ?? target.nowMs();
  const periodMs = LEASE_SECONDS * 1000;
  const renewTime = microStamp(Math.floor(seenMs / periodMs) * periodMs);
  return { ...object, spec: { ...object.spec, renewTime } };
}
