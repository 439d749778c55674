import type { Pod } from '../objects';
import type { PodBehaviour } from './controller';

/** Annotations on a pod that say how its container behaves. */
export const BEHAVIOUR_ANNOTATIONS = {
  runSeconds: 'sim.kuda.ai/run-seconds',
  exitCode: 'sim.kuda.ai/exit-code',
  pullSeconds: 'sim.kuda.ai/pull-seconds',
  pull: 'sim.kuda.ai/pull',
  terminationSeconds: 'sim.kuda.ai/termination-seconds',
} as const;

export const DEFAULT_BEHAVIOUR: PodBehaviour = {
  pullSeconds: 20,
  pullFails: false,
  runSeconds: null,
  exitCode: 0,
  terminationSeconds: 0,
};

/** A behaviour for the pods that carry all these labels. */
export interface BehaviourRule {
  readonly labels: Readonly<Record<string, string>>;
  readonly behaviour: Partial<PodBehaviour>;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Annotations first, then the first rule whose labels match, then the default. */
export function behaviourOf(pod: Pod, rules: readonly BehaviourRule[]): PodBehaviour {
  const labels = pod.metadata.labels ?? {};
  const rule = rules.find(({ labels: wanted }) =>
    Object.entries(wanted).every(([key, value]) => labels[key] === value),
  );
  const base: PodBehaviour = { ...DEFAULT_BEHAVIOUR, ...rule?.behaviour };
  const annotations = pod.metadata.annotations ?? {};
  const pull = annotations[BEHAVIOUR_ANNOTATIONS.pull];
  return {
    runSeconds: wholeNumber(annotations[BEHAVIOUR_ANNOTATIONS.runSeconds]) ?? base.runSeconds,
    exitCode: wholeNumber(annotations[BEHAVIOUR_ANNOTATIONS.exitCode]) ?? base.exitCode,
    pullSeconds: wholeNumber(annotations[BEHAVIOUR_ANNOTATIONS.pullSeconds]) ?? base.pullSeconds,
    pullFails: pull === undefined ? base.pullFails : pull === 'fail',
    terminationSeconds:
      wholeNumber(annotations[BEHAVIOUR_ANNOTATIONS.terminationSeconds]) ?? base.terminationSeconds,
  };
}
