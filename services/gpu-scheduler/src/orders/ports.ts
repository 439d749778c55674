import type { LogCommitter } from '@kuda/event-store';
import type { SessionCommand } from '../domain/session';

export type SessionCommitter = LogCommitter<SessionCommand>;

/** Told that a session may have something to do. */
export interface SessionWaker {
  wake(orderId: string): void;
}

/** Injection tokens of what the features are given; the module wires them. */
export const COMMITTER = Symbol('the committer of the session log');
export const WAKER = Symbol('whoever reconciles sessions');
