import { ActivityAcceptedSchema, create, fromBinary, toBinary } from '@kuda/contracts';
import fc from 'fast-check';
import type { ActivityEvent } from '../domain/activity-event';
import { encodeAccepted, readAcceptedKey, type AcceptanceFacts } from './accepted-codec';

const text = fc.string({ unit: 'grapheme' });
const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: 0n, max: 200n }),
);

const events: fc.Arbitrary<ActivityEvent> = fc.record({
  source: text,
  eventId: text,
  type: text,
  subject: text,
  time: text,
  timeUs: int64,
  beneficiary: text,
  dataJson: fc.oneof(text, fc.constant('x'.repeat(70_000))),
  backfill: fc.boolean(),
  claim: fc.constant(null),
  accountMark: fc.constant(null),
  vote: fc.constant(null),
  producer: text,
});
const risk = fc.record({
  reasons: fc.constantFrom(
    [],
    ['velocity_accounts'] as const,
    ['velocity_accounts', 'velocity_votes'] as const,
  ),
  evidenceJson: text,
});
const facts: fc.Arbitrary<AcceptanceFacts> = fc.record({
  recordedAtUs: int64,
  personKeyFirst: fc.option(fc.boolean()),
  risk: fc.option(risk),
  replay: fc.option(fc.record({ quarantineId: text, actor: text })),
});

/** The same by the generated code. */
function generated(
  event: ActivityEvent,
  { recordedAtUs, personKeyFirst, risk: found, replay }: AcceptanceFacts,
): Buffer {
  const claims = {
    ...(personKeyFirst === null ? {} : { personKeyFirst }),
    riskReasons: [...(found?.reasons ?? [])],
    riskEvidenceJson: found?.evidenceJson ?? '',
  };
  const message = create(ActivityAcceptedSchema, {
    source: event.source,
    eventId: event.eventId,
    type: event.type,
    subject: event.subject,
    time: event.time,
    timeUs: event.timeUs,
    beneficiary: event.beneficiary,
    dataJson: Buffer.from(event.dataJson),
    backfill: event.backfill,
    acceptedAtUs: recordedAtUs,
    producer: event.producer,
    replayOf: replay?.quarantineId ?? '',
    replayedBy: replay?.actor ?? '',
    ...(personKeyFirst === null && found === null ? {} : { claims }),
  });
  return Buffer.from(toBinary(ActivityAcceptedSchema, message));
}

describe('an accepted event on the wire', () => {
  it('is byte for byte what the generated code writes', () => {
    fc.assert(
      fc.property(events, facts, (event, decided) => {
        expect(encodeAccepted(event, decided).equals(generated(event, decided))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives its key without being read whole', () => {
    fc.assert(
      fc.property(events, facts, (event, decided) => {
        const payload = encodeAccepted(event, decided);
        const { source, eventId, beneficiary } = fromBinary(ActivityAcceptedSchema, payload);
        expect(readAcceptedKey(payload)).toEqual({ source, eventId, beneficiary });
      }),
    );
  });
});
