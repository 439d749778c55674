import { ActivityRejectedSchema, fromBinary } from '@kuda/contracts';
import type { StoredEntry } from '@kuda/event-store';
import { LIVE, aCompletedJob, anActivityEvent, rawInput } from '../domain/test/event.builder';
import { judgeInput } from '../domain/validate-event';
import type { InputOrigin } from '../intake/activity-input';
import { encodeAccepted } from '../intake/accepted-codec';
import { encodeDuplicated, encodeRejected, ENTRY_KINDS } from '../intake/intake-entries';
import { activityRecords, MAX_PUBLISHED_RAW_BYTES } from './activity-records';

const ORIGIN: InputOrigin = { via: 'bus', topic: 't', partition: 0, offset: 1n };
const IDENTITY = { source: '/s', eventId: 'e' };

function entry(kind: string, payload: Buffer): StoredEntry {
  return {
    commandId: 'c',
    fingerprint: Buffer.alloc(32),
    streamId: null,
    kind,
    payload,
    traceparent: null,
    position: 7n,
    streamVersion: 0n,
    recordedAtUs: LIVE.nowUs,
  };
}

function acceptedEntry(): StoredEntry {
  const verdict = judgeInput(anActivityEvent().ofType('ai.kuda.model.reused.v1').input(), LIVE);
  if (verdict.kind === 'rejected') throw new Error('the event is valid');
  const facts = { recordedAtUs: LIVE.nowUs, personKeyFirst: null, risk: null, replay: null };
  return entry(ENTRY_KINDS.accepted, encodeAccepted(verdict.event, facts));
}

function rejectedEntry(raw: string): StoredEntry {
  const verdict = judgeInput(rawInput(raw), LIVE);
  if (verdict.kind === 'accepted') throw new Error('the event is not valid');
  const rejected = { ...verdict, input: rawInput(raw), origin: ORIGIN, backfill: false, producer: '' };
  return entry(ENTRY_KINDS.rejected, encodeRejected(rejected, 7n, LIVE.nowUs));
}

describe('what the log publishes', () => {
  it('of an accepted event: its payload as stored, keyed by who may be paid', () => {
    const stored = acceptedEntry();
    expect(activityRecords(stored)).toEqual([
      {
        topic: 'activity.accepted.v1',
        key: 'bob',
        value: stored.payload,
        headers: {
          ce_specversion: '1.0',
          ce_id: '/platform/serving#e-1',
          ce_source: '/kuda/behavior-ingest',
          ce_type: 'ai.kuda.activity.accepted.v1',
          ce_time: '2026-01-10T12:00:00.000000Z',
          ce_subject: 'bob',
          'content-type': 'application/protobuf',
        },
      },
    ]);
  });

  it('of a rejected input: its bytes and reason, keyed by its id', () => {
    const stored = rejectedEntry(aCompletedJob().withData({ device_seconds: -1 }).json());
    const headers = expect.objectContaining({
      ce_id: 'q-7',
      ce_type: 'ai.kuda.activity.rejected.v1',
    }) as unknown;
    expect(activityRecords(stored)).toEqual([
      { topic: 'activity.rejected.v1', key: 'q-7', value: stored.payload, headers },
    ]);
  });

  it('of a huge rejected input: all but its bytes, so that the broker takes it', () => {
    const [record] = activityRecords(rejectedEntry('x'.repeat(MAX_PUBLISHED_RAW_BYTES + 1)));
    const published = fromBinary(ActivityRejectedSchema, record?.value ?? Buffer.alloc(0));
    expect(published).toMatchObject({ quarantineId: 'q-7', origin: { topic: 't', offset: 1n } });
    expect(published.raw).toHaveLength(0);
  });

  it('of a duplicate: nothing', () => {
    const payload = encodeDuplicated(IDENTITY, ORIGIN, LIVE.nowUs);
    expect(activityRecords(entry(ENTRY_KINDS.duplicated, payload))).toEqual([]);
  });
});
