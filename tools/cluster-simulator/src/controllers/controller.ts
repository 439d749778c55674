import type { ObjectStore } from '../store/object-store';
import type { KubeObject, Pod } from '../objects';

/** How a pod's container behaves; taken from the pod's annotations, else from the simulator's defaults. */
export interface PodBehaviour {
  /** Simulated seconds until the container runs, from the pod's start on its node. */
  readonly pullSeconds: number;
  /** True: the image never comes. */
  readonly pullFails: boolean;
  /** Simulated seconds until the container ends by itself; null runs until it is ended. */
  readonly runSeconds: number | null;
  readonly exitCode: number;
  /** Simulated seconds between the request to end and the end. */
  readonly terminationSeconds: number;
}

/** What a controller works with. */
export interface ControllerContext {
  readonly store: ObjectStore;
  /** The instant that is being simulated, in milliseconds. */
  nowMs(): number;
  behaviourOf(pod: Pod): PodBehaviour;
}

/** The next thing a controller has to do. `atMs` is its exact simulated instant, which may be yet to come. */
export interface Step {
  readonly atMs: number;
  readonly run: () => void;
}

/** Looks at the objects as they are and answers its earliest step, or null. It keeps no state of its own. */
export type Controller = (context: ControllerContext) => Step | null;

/** The earlier of two steps; the first one when they fall together. */
export function earlier(a: Step | null, b: Step | null): Step | null {
  if (a === null) return b;
  return b === null || a.atMs <= b.atMs ? a : b;
}

/** The earliest step over some objects. */
export function earliestOf<T extends KubeObject>(
  objects: readonly T[],
  stepOf: (object: T) => Step | null,
): Step | null {
  return objects.reduce<Step | null>((best, object) => earlier(best, stepOf(object)), null);
}

/** A step of this very instant. */
export function now(context: ControllerContext, run: () => void): Step {
  return { atMs: context.nowMs(), run };
}
