import type { Pod, SecurityContext } from '../objects';
import { forbidden } from './api-error';
import type { ObjectStore } from './object-store';

const ENFORCE_LABEL = 'pod-security.kubernetes.io/enforce';

function violationsOf(pod: Pod): readonly string[] {
  const { securityContext: podLevel = {}, containers } = pod.spec;
  const found = containers.flatMap(({ name, securityContext = {} }) => {
    const wrong: string[] = [];
    const say = (what: string): void => {
      wrong.push(`${what} (container "${name}")`);
    };
    if (securityContext.allowPrivilegeEscalation !== false) say('allowPrivilegeEscalation != false');
    if (securityContext.capabilities?.drop?.includes('ALL') !== true) say('unrestricted capabilities');
    if (effective(podLevel, securityContext).runAsNonRoot !== true) say('runAsNonRoot != true');
    if (effective(podLevel, securityContext).seccompProfile?.type === undefined) say('seccompProfile');
    return wrong;
  });
  return found;
}

function effective(podLevel: SecurityContext, container: SecurityContext): SecurityContext {
  return { ...podLevel, ...container };
}

/** What the API server's admission refuses: Pod Security `restricted`, unknown priority class or service account. */
export function admitPod(store: ObjectStore, namespace: string, pod: Pod): void {
  const { name } = pod.metadata;
  const { priorityClassName, serviceAccountName } = pod.spec;
  if (
    serviceAccountName !== undefined &&
    store.find('serviceaccounts', namespace, serviceAccountName) === null
  ) {
    throw forbidden(
      `pods "${name}" is forbidden: error looking up service account ${namespace}/${serviceAccountName}`,
    );
  }
  if (
    priorityClassName !== undefined &&
    store.find('priorityclasses', undefined, priorityClassName) === null
  ) {
    throw forbidden(`pods "${name}" is forbidden: no PriorityClass with name ${priorityClassName} was found`);
  }
  const enforced = store.find('namespaces', undefined, namespace)?.metadata.labels?.[ENFORCE_LABEL];
  const violations = enforced === 'restricted' ? violationsOf(pod) : [];
  if (violations.length > 0) {
    throw forbidden(
      `pods "${name}" is forbidden: violates PodSecurity "restricted:latest": ${violations.join(', ')}`,
    );
  }
}
