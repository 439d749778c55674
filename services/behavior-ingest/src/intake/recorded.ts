import type { Rejection } from '../domain/rejection';

/** What became of one input; durable when it is told. */
export type Recorded =
  | { readonly status: 'accepted' | 'duplicate'; readonly eventId: string }
  | { readonly status: 'rejected'; readonly eventId: string; readonly rejection: Rejection }
  /** Valid or not, the log could not take it; nothing of it is stored. */
  | { readonly status: 'faulted'; readonly eventId: string; readonly code: string; readonly detail: string };
