/** One resource the API serves. */
export interface ResourceKind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

function core(plural: string, kind: string, namespaced = true): ResourceKind {
  return { group: '', version: 'v1', plural, kind, namespaced };
}

function grouped(group: string, plural: string, kind: string, namespaced = true): ResourceKind {
  return { group, version: 'v1', plural, kind, namespaced };
}

export const RESOURCE_KINDS: readonly ResourceKind[] = [
  core('namespaces', 'Namespace', false),
  core('nodes', 'Node', false),
  core('pods', 'Pod'),
  core('events', 'Event'),
  core('secrets', 'Secret'),
  core('services', 'Service'),
  core('serviceaccounts', 'ServiceAccount'),
  core('configmaps', 'ConfigMap'),
  grouped('batch', 'jobs', 'Job'),
  grouped('coordination.k8s.io', 'leases', 'Lease'),
  grouped('policy', 'poddisruptionbudgets', 'PodDisruptionBudget'),
  grouped('scheduling.k8s.io', 'priorityclasses', 'PriorityClass', false),
];

/** `v1` or `batch/v1`. */
export function apiVersionOf(kind: ResourceKind): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
}

export function kindByPlural(group: string, version: string, plural: string): ResourceKind | undefined {
  return RESOURCE_KINDS.find(
    (kind) => kind.group === group && kind.version === version && kind.plural === plural,
  );
}

/** The kind of that plural among all groups; plurals are unique here. */
export function kindNamed(plural: string): ResourceKind {
  const found = RESOURCE_KINDS.find((kind) => kind.plural === plural);
  if (found === undefined) throw new Error(`no resource ${plural}`);
  return found;
}
