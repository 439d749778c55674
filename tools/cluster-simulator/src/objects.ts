/** The parts of Kubernetes objects that the simulator acts on; everything else is kept and handed back as it came. */

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  name: string;
  generateName?: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
}

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: object;
  status?: object;
}

export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastProbeTime?: string;
  lastTransitionTime?: string;
}

export interface Taint {
  key: string;
  value?: string;
  effect: string;
}

export interface KubeNode extends KubeObject {
  spec: { unschedulable?: boolean; taints?: Taint[]; providerID?: string };
  status: {
    conditions: Condition[];
    capacity: Record<string, string>;
    allocatable: Record<string, string>;
    nodeInfo?: Record<string, string>;
  };
}

export interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
  tolerationSeconds?: number;
}

export interface MatchExpression {
  key: string;
  operator: string;
  values?: string[];
}

export interface SecurityContext {
  runAsNonRoot?: boolean;
  allowPrivilegeEscalation?: boolean;
  seccompProfile?: { type?: string };
  capabilities?: { drop?: string[]; add?: string[] };
}

export interface PodSpec {
  nodeName?: string;
  nodeSelector?: Record<string, string>;
  affinity?: {
    nodeAffinity?: {
      requiredDuringSchedulingIgnoredDuringExecution?: {
        nodeSelectorTerms?: { matchExpressions?: MatchExpression[] }[];
      };
    };
  };
  tolerations?: Toleration[];
  terminationGracePeriodSeconds?: number;
  priorityClassName?: string;
  serviceAccountName?: string;
  securityContext?: SecurityContext;
  containers: {
    name: string;
    image?: string;
    securityContext?: SecurityContext;
    resources?: { limits?: Record<string, string>; requests?: Record<string, string> };
  }[];
  volumes?: { name: string; secret?: { secretName?: string } }[];
}

export interface ContainerState {
  waiting?: { reason: string; message?: string };
  running?: { startedAt: string };
  terminated?: { exitCode: number; reason: string; startedAt: string; finishedAt: string };
}

export interface PodStatus {
  phase: string;
  reason?: string;
  message?: string;
  startTime?: string;
  conditions?: Condition[];
  containerStatuses?: {
    name: string;
    image: string;
    imageID: string;
    ready: boolean;
    started: boolean;
    restartCount: number;
    state: ContainerState;
  }[];
}

export interface Pod extends KubeObject {
  spec: PodSpec;
  status: PodStatus;
}

export interface PodFailureRule {
  action: string;
  onExitCodes?: { containerName?: string; operator: string; values: number[] };
  onPodConditions?: { type: string; status?: string }[];
}

export interface JobSpec {
  suspend?: boolean;
  parallelism?: number;
  completions?: number;
  backoffLimit?: number;
  activeDeadlineSeconds?: number;
  ttlSecondsAfterFinished?: number;
  podFailurePolicy?: { rules: PodFailureRule[] };
  selector?: object;
  template: { metadata?: Partial<ObjectMeta>; spec: PodSpec };
}

export interface JobStatus {
  startTime?: string;
  completionTime?: string;
  active?: number;
  ready?: number;
  terminating?: number;
  succeeded?: number;
  failed?: number;
  conditions?: Condition[];
}

export interface Job extends KubeObject {
  spec: JobSpec;
  status: JobStatus;
}

/** Marks a pod that its Job has not yet counted; it keeps the pod from going before. */
export const JOB_TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';

export function conditionOf(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return conditionOf(conditions, type)?.status === 'True';
}

/** Sets a condition; the transition time moves only when the status does. */
export function withCondition(conditions: readonly Condition[] | undefined, next: Condition): Condition[] {
  const known = conditionOf(conditions, next.type);
  const others = (conditions ?? []).filter((condition) => condition.type !== next.type);
  const since = known?.status === next.status ? known.lastTransitionTime : undefined;
  return [...others, since === undefined ? next : { ...next, lastTransitionTime: since }];
}

/** True when the pod's containers have ended. */
export function isTerminal(pod: Pod): boolean {
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
}
