import {
  create,
  GpuOrderSchema,
  SegmentSource as WireSource,
  SessionEnd as WireEnd,
  SessionEventSchema,
  toBinary,
  type SessionEvent as WireEvent,
} from '@kuda/contracts';
import type { DecisionFacts } from '@kuda/event-store';
import type {
  EndedSession,
  Segment,
  SegmentSource,
  SessionEnd,
  SessionEvent,
  SessionOrder,
  SessionState,
  SessionStep,
} from '../domain/session';

/** Kinds of entries in the session log. */
export const ENTRY_KINDS = {
  orderPlaced: 'OrderPlaced',
  stopRequested: 'StopRequested',
  ignored: 'CommandIgnored',
  queued: 'SessionQueued',
  admitted: 'SessionAdmitted',
  started: 'SessionStarted',
  ended: 'SessionEnded',
  closed: 'SessionClosed',
} as const;

type WireBody = WireEvent['body'];

const WIRE_END: Readonly<Record<SessionEnd, WireEnd>> = {
  succeeded: WireEnd.SUCCEEDED,
  stopped: WireEnd.STOPPED,
  not_running: WireEnd.NOT_RUNNING,
  user_error: WireEnd.USER_ERROR,
  out_of_memory: WireEnd.OUT_OF_MEMORY,
  platform_fault: WireEnd.PLATFORM_FAULT,
  limit: WireEnd.LIMIT,
};

const WIRE_SOURCE: Readonly<Record<SegmentSource, WireSource>> = {
  kubelet: WireSource.KUBELET,
  lease: WireSource.LEASE,
  heartbeat: WireSource.HEARTBEAT,
};

function wireSegment({ podUid, node, startedAtUs, endedAtUs, source }: Segment) {
  return { podUid, node, startedAtUs, endedAtUs, source: WIRE_SOURCE[source] };
}

function wireEnded({ end, segments, meteredSeconds, detail }: EndedSession) {
  return { end: WIRE_END[end], segments: segments.map(wireSegment), meteredSeconds, detail };
}

type EventInit = Parameters<typeof create<typeof SessionEventSchema>>[1];

function bodyOf(step: SessionStep): Pick<NonNullable<EventInit>, 'body'> {
  switch (step.type) {
    case 'queued': {
      const { namespace, name, uid } = step.job;
      return { body: { case: 'sessionQueued', value: { namespace, jobName: name, jobUid: uid } } };
    }
    case 'admitted':
      return { body: { case: 'sessionAdmitted', value: {} } };
    case 'started':
      return { body: { case: 'sessionStarted', value: step.container } };
    case 'ended':
      return { body: { case: 'sessionEnded', value: wireEnded(step.ended) } };
    case 'closed':
      return { body: { case: undefined } };
  }
}

function orderBytes({ orderId, ...order }: SessionOrder): Uint8Array {
  const value = create(GpuOrderSchema, { orderId, order: { case: 'placeOrder', value: order } });
  return toBinary(GpuOrderSchema, value);
}

function stopBytes(orderId: string, reason: string): Uint8Array {
  return toBinary(
    GpuOrderSchema,
    create(GpuOrderSchema, { orderId, order: { case: 'stopOrder', value: { reason } } }),
  );
}

const STEP_KINDS: Readonly<Record<SessionStep['type'], string>> = {
  queued: ENTRY_KINDS.queued,
  admitted: ENTRY_KINDS.admitted,
  started: ENTRY_KINDS.started,
  ended: ENTRY_KINDS.ended,
  closed: ENTRY_KINDS.closed,
};

/** An entry as stored; the payload of a step is the very message that gpu.sessions.v1 carries. */
export interface EncodedEntry {
  readonly kind: string;
  readonly payload: Buffer;
}

/** Encodes an event; `next` is the state after it. */
export function encodeEntry(
  orderId: string,
  event: SessionEvent,
  next: SessionState,
  facts: DecisionFacts,
): EncodedEntry {
  switch (event.type) {
    case 'order_placed':
      return { kind: ENTRY_KINDS.orderPlaced, payload: Buffer.from(orderBytes(event.order)) };
    case 'stop_requested':
      return { kind: ENTRY_KINDS.stopRequested, payload: Buffer.from(stopBytes(orderId, event.reason)) };
    case 'ignored':
      return { kind: ENTRY_KINDS.ignored, payload: Buffer.from(event.detail) };
    case 'step_made': {
      const message = create(SessionEventSchema, {
        orderId,
        redemptionId: next.order?.redemptionId ?? '',
        userId: next.order?.userId ?? '',
        sessionVersion: next.sessionVersion,
        recordedAtUs: facts.recordedAtUs,
        ...bodyOf(event.step),
      });
      const payload = Buffer.from(toBinary(SessionEventSchema, message));
      return { kind: STEP_KINDS[event.step.type], payload };
    }
  }
}

/** What the body of a message says, by its kind in kebab case; undefined for a message that is not published. */
export function eventTypeOf(body: WireBody): string | undefined {
  return body.case?.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
