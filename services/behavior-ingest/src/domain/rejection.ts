/** Why an input is kept aside: the names of DOMAIN.md, in the order in which they are looked for. */
export const REJECTION_REASONS = [
  'malformed_json',
  'missing_field',
  'unknown_type',
  'bad_time',
  'negative_amount',
  'bad_value',
  'too_late',
] as const;

export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** The first reason that holds, and where. */
export interface Rejection {
  readonly reason: RejectionReason;
  /** JSON pointer (RFC 6901) to the offending member; empty for the whole input. */
  readonly pointer: string;
  /** One sentence for a person; never quotes the input, so that it is bounded and safe to show. */
  readonly detail: string;
  /** True where the event itself may be right, but is not this sender's to emit. */
  readonly forbidden?: true;
}

/** Builds a rejection. */
export function rejection(reason: RejectionReason, pointer: string, detail: string): Rejection {
  return { reason, pointer, detail };
}

/** True for a name that is one of the reasons. */
export function isRejectionReason(name: string): name is RejectionReason {
  return REJECTION_REASONS.some((reason) => reason === name);
}
