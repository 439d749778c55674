import type { Admission } from '../domain/observed';

/**
 * Who decides which queued session runs next. The built-in one answers `admit` and the reconciler lifts the suspension;
 * one that lifts it itself (Kueue) always answers `wait`, and the reconciler sees the Job unsuspended.
 */
export interface Admitter {
  readonly name: string;
  /** What is to become of each session in the queue; a session that is not in the answer waits. */
  review(): Promise<ReadonlyMap<string, Admission>>;
}

export const ADMITTER = Symbol('whoever orders the queue');
