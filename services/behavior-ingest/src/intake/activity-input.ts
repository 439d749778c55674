import { hash } from 'node:crypto';
import { eventKey, type ActivityEvent, type EventIdentity } from '../domain/activity-event';
import type { Rejection } from '../domain/rejection';
import type { RiskPolicy } from '../domain/risk';
import type { RawInput } from '../domain/validate-event';
import type { ProducerVersion } from '../producers/producer-codec';

/** Where an input came from: a place on the bus, or in a request. Unique for ever. */
export type InputOrigin =
  | { readonly via: 'bus'; readonly topic: string; readonly partition: number; readonly offset: bigint }
  | { readonly via: 'http'; readonly requestId: string; readonly index: number }
  /** Derived from other events by intake itself; `cause` is its own event key. */
  | { readonly via: 'derived'; readonly cause: string }
  | ReplayOrigin;

/** A rejected input that an operator sends again, as it was or corrected. */
export interface ReplayOrigin {
  readonly via: 'replay';
  readonly requestId: string;
  readonly quarantineId: string;
  /** The position of the rejected input's entry. */
  readonly position: bigint;
  readonly actor: string;
}

/** One input on its way into the log. */
export interface ActivityInput extends RawInput {
  readonly origin: InputOrigin;
  readonly backfill: boolean;
  readonly traceparent: string | null;
  /** The producer whose key was shown; absent or null where the source alone tells. */
  readonly keyOf?: string | null;
}

/** What is asked of the log for one input. */
export type IntakeCommand =
  | { readonly type: 'accept'; readonly event: ActivityEvent; readonly origin: InputOrigin }
  | {
      readonly type: 'reject';
      readonly rejection: Rejection;
      readonly identity: EventIdentity;
      readonly input: RawInput;
      readonly origin: InputOrigin;
      readonly backfill: boolean;
      readonly producer: string;
    }
  | { readonly type: 'duplicate'; readonly identity: EventIdentity; readonly origin: InputOrigin }
  | Discard
  | { readonly type: 'producer'; readonly version: ProducerVersion }
  | { readonly type: 'risk-policy'; readonly policy: RiskPolicy; readonly actor: string };

/** An operator gives a rejected input up, for a reason. */
export interface Discard {
  readonly type: 'discard';
  readonly quarantineId: string;
  /** The position of the rejected input's entry. */
  readonly position: bigint;
  readonly actor: string;
  readonly note: string;
}

/** The id of the entry of an input that is not an event's first: its coordinates. */
export function originId(origin: InputOrigin): string {
  switch (origin.via) {
    case 'bus':
      return `bus:${origin.topic}/${String(origin.partition)}/${origin.offset.toString()}`;
    case 'http':
      return `http:${origin.requestId}/${String(origin.index)}`;
    case 'derived':
      return `derived:${origin.cause}`;
    case 'replay':
      return `replay:${origin.quarantineId}/${origin.requestId}`;
  }
}

/** The SHA-256 of an event's content, the same whatever transport or mode it came by. */
export function eventFingerprint(event: ActivityEvent): Buffer {
  const content = [eventKey(event), event.type, event.subject, event.time, event.dataJson].join('\n');
  return hash('sha256', content, 'buffer');
}

/** The SHA-256 of an input's bytes. */
export function rawFingerprint(raw: Buffer): Buffer {
  return hash('sha256', raw, 'buffer');
}

const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** A sender's `traceparent` where it is one (W3C Trace Context): a broken one must not keep the event out of the log. */
export function senderTrace(header: unknown): string | null {
  return typeof header === 'string' && TRACEPARENT.test(header) ? header : null;
}
