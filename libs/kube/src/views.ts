/**
 * What this system reads of cluster objects, as plain readonly data. Instants are microseconds since the Unix
 * epoch, on the clock of whoever wrote the stamp (API server, controller or kubelet), whole seconds as written.
 */

export interface ConditionView {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly transitionedAtUs: bigint | null;
}

export interface JobView {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly createdAtUs: bigint | null;
  readonly deleting: boolean;
  readonly suspended: boolean;
  readonly activeDeadlineSeconds: number | null;
  /** Starts anew after every resume; the deadline counts from here. */
  readonly startTimeUs: bigint | null;
  readonly active: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly conditions: readonly ConditionView[];
}

export type ContainerView =
  | { readonly state: 'waiting'; readonly reason: string }
  | { readonly state: 'running'; readonly startedAtUs: bigint }
  | {
      readonly state: 'terminated';
      readonly exitCode: number;
      readonly reason: string;
      /** Null when the kubelet never started the container. */
      readonly startedAtUs: bigint | null;
      readonly finishedAtUs: bigint | null;
    };

export interface PodView {
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Uid of the controlling Job, or null. */
  readonly ownerUid: string | null;
  readonly nodeName: string | null;
  readonly gpus: number;
  readonly phase: string;
  readonly reason: string;
  readonly createdAtUs: bigint | null;
  readonly deletionAtUs: bigint | null;
  readonly conditions: readonly ConditionView[];
  /** The session's container; null until the kubelet has reported it. */
  readonly container: ContainerView | null;
}

export interface NodeView {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ready: boolean;
  /** False when cordoned or tainted NoSchedule by anything but the GPU taint. */
  readonly schedulable: boolean;
  readonly gpuProduct: string | null;
  readonly allocatableGpus: number;
}

export interface LeaseView {
  readonly name: string;
  readonly renewedAtUs: bigint | null;
}

/** The condition of that type with status True, or undefined. */
export function conditionTrue(conditions: readonly ConditionView[], type: string): ConditionView | undefined {
  return conditions.find((condition) => condition.type === type && condition.status === 'True');
}
