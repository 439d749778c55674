import { fromBinary, SessionEventSchema, TOPICS } from '@kuda/contracts';
import type { RelayRecord, StoredEntry } from '@kuda/event-store';
import { toHeaders } from '@kuda/messaging';
import { toRfc3339 } from '@kuda/service-kit';
import { ENTRY_KINDS, eventTypeOf } from './session-entries';

/** Topics that the relay of this log writes, and nobody else. */
export const RELAYED_TOPICS = [TOPICS.gpuSessions.name] as const;

const TOLD: readonly string[] = [
  ENTRY_KINDS.queued,
  ENTRY_KINDS.admitted,
  ENTRY_KINDS.started,
  ENTRY_KINDS.ended,
];

/** Pure: what an entry of the session log becomes on the bus; the payload is published as it was stored. */
export function sessionRecords(entry: StoredEntry): readonly RelayRecord[] {
  if (!TOLD.includes(entry.kind)) return [];
  const { orderId, userId, sessionVersion, body } = fromBinary(SessionEventSchema, entry.payload);
  const headers = toHeaders({
    id: `${orderId}/${sessionVersion.toString()}`,
    source: '/kuda/gpu-scheduler',
    type: `ai.kuda.gpu.${eventTypeOf(body) ?? 'session-changed'}.v1`,
    time: toRfc3339(entry.recordedAtUs),
    subject: userId,
  });
  return [{ topic: TOPICS.gpuSessions.name, key: orderId, value: entry.payload, headers }];
}
