import type { Rejection } from './rejection';

/** An activity event that is taken: everything a decision may look at, and nothing that was not checked. */
export interface ActivityEvent {
  readonly source: string;
  readonly eventId: string;
  readonly type: string;
  /** The user who acts. */
  readonly subject: string;
  /** RFC 3339 with offset, as the producer wrote it, and the same instant in microseconds since the epoch. */
  readonly time: string;
  readonly timeUs: bigint;
  /** The user who may be paid. */
  readonly beneficiary: string;
  /** The JSON text of `data` as received; `{}` where the event has none. */
  readonly dataJson: string;
  /** Taken under the backfill scope: no bound on its age. */
  readonly backfill: boolean;
  /** What this event claims platform-wide, first come first served; null: nothing. */
  readonly claim: Claim | null;
  /** What accounts are counted by (DOMAIN.md section 6): the device or person key that the subject used; null: none. */
  readonly accountMark: Claim | null;
  /** A vote, where the event is one. */
  readonly vote: Vote | null;
  /** The id of the producer that owns the source; empty where producers are not told apart. */
  readonly producer: string;
}

/** A vote as cast: the subject's standing vote on a model is the latest. */
export interface Vote {
  readonly modelId: string;
  /** The user who is voted for. */
  readonly author: string;
  readonly up: boolean;
}

/** A value that counts once on the whole platform, whoever the user. */
export interface Claim {
  readonly kind: string;
  readonly value: string;
}

/** CloudEvents source and id where they could be read, else empty. */
export interface EventIdentity {
  readonly source: string;
  readonly eventId: string;
}

/** What became of one input: exactly one of the two. */
export type Verdict =
  | { readonly kind: 'accepted'; readonly event: ActivityEvent }
  | { readonly kind: 'rejected'; readonly rejection: Rejection; readonly identity: EventIdentity };

/** The id of the command that an event is: unique for ever, since a source holds no `#`. */
export function eventKey(identity: EventIdentity): string {
  return `${identity.source}#${identity.eventId}`;
}

/** True when both halves could be read. */
export function isKnownIdentity(identity: EventIdentity): boolean {
  return identity.source !== '' && identity.eventId !== '';
}
