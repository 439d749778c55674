import {
  ActivityRejectedSchema,
  create,
  fromBinary,
  TOPICS,
  toBinary,
  type ActivityRejected,
} from '@kuda/contracts';
import type { RelayRecord, StoredEntry } from '@kuda/event-store';
import { toRfc3339 } from '@kuda/service-kit';
import { eventKey } from '../domain/activity-event';
import { readAcceptedKey } from '../intake/accepted-codec';
import { ENTRY_KINDS } from '../intake/intake-entries';

/** Topics that the relay of this log writes, and nobody else. */
export const RELAYED_TOPICS = [TOPICS.activityAccepted.name, TOPICS.activityRejected.name] as const;

/** Larger inputs are published without their bytes, to stay below a broker's limit; the quarantine keeps them whole. */
export const MAX_PUBLISHED_RAW_BYTES = 256 * 1024;

interface Attributes {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
}

function headersOf(entry: StoredEntry, { id, type, subject }: Attributes): Readonly<Record<string, string>> {
  return {
    ce_specversion: '1.0',
    ce_id: id,
    ce_source: '/kuda/behavior-ingest',
    ce_type: type,
    ce_time: toRfc3339(entry.recordedAtUs),
    ce_subject: subject,
    'content-type': 'application/protobuf',
  };
}

function acceptedRecord(entry: StoredEntry): RelayRecord {
  const accepted = readAcceptedKey(entry.payload);
  const { beneficiary } = accepted;
  const attributes = { id: eventKey(accepted), type: 'ai.kuda.activity.accepted.v1', subject: beneficiary };
  return {
    topic: TOPICS.activityAccepted.name,
    key: beneficiary,
    value: entry.payload,
    headers: headersOf(entry, attributes),
  };
}

function withoutBytes(rejected: ActivityRejected): Buffer {
  const slim = create(ActivityRejectedSchema, { ...rejected, raw: new Uint8Array(), headers: {} });
  return Buffer.from(toBinary(ActivityRejectedSchema, slim));
}

function rejectedRecord(entry: StoredEntry): RelayRecord {
  const rejected = fromBinary(ActivityRejectedSchema, entry.payload);
  const id = rejected.quarantineId;
  const tooLarge = entry.payload.length > MAX_PUBLISHED_RAW_BYTES;
  return {
    topic: TOPICS.activityRejected.name,
    key: id,
    value: tooLarge ? withoutBytes(rejected) : entry.payload,
    headers: headersOf(entry, { id, type: 'ai.kuda.activity.rejected.v1', subject: id }),
  };
}

/** What an entry of the activity log becomes on the bus; duplicates are counted, not published. */
export function activityRecords(entry: StoredEntry): readonly RelayRecord[] {
  switch (entry.kind) {
    case ENTRY_KINDS.accepted:
      return [acceptedRecord(entry)];
    case ENTRY_KINDS.rejected:
      return [rejectedRecord(entry)];
    default:
      return [];
  }
}
