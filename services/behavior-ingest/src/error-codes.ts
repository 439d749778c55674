import type { ErrorCode } from '@kuda/service-kit';
import type { RejectionReason } from './domain/rejection';

/** Why one input was kept aside: `code` of `rejected[]` in the answer to POST /v1/events. */
export const REJECTION_CODES = {
  malformed_json: {
    code: 'KUDA-INGEST-1001',
    title: 'Malformed JSON',
    cause:
      'The input is not one JSON object in strict UTF-8, or larger than 256 KiB, or nested deeper than 32 levels.',
    remedy: 'Send one CloudEvent as a JSON object. Cut-off bytes point at the producer or its transport.',
  },
  missing_field: {
    code: 'KUDA-INGEST-1002',
    title: 'Missing field',
    cause: 'An attribute of the event or a required member of its data is absent; `pointer` names the first.',
    remedy: 'Add it: specversion, id, source, type, subject, time, and what the event type requires.',
  },
  unknown_type: {
    code: 'KUDA-INGEST-1003',
    title: 'Unknown event type',
    cause: 'The event type is none that is known here.',
    remedy: 'Compare `type` with the list of event types; a new type needs a release of behavior-ingest.',
  },
  bad_time: {
    code: 'KUDA-INGEST-1004',
    title: 'Bad time',
    cause:
      'The time is not RFC 3339 with an offset, is before 1970, or is more than 5 minutes in the future.',
    remedy: "Send the event's own time with its offset; check the producer's clock.",
  },
  negative_amount: {
    code: 'KUDA-INGEST-1005',
    title: 'Negative amount',
    cause: 'A number that has no sign (seconds, counts, percents) is below zero.',
    remedy: 'Correct the producer; only metric_delta_percent may be negative.',
  },
  bad_value: {
    code: 'KUDA-INGEST-1006',
    title: 'Bad value',
    cause: 'A value is of the wrong type, out of range or not in its list; `pointer` names the first.',
    remedy: 'Correct the value; `detail` says what is taken.',
  },
  too_late: {
    code: 'KUDA-INGEST-1007',
    title: 'Too late',
    cause: 'The event is older than 7 days and did not come under the backfill scope.',
    remedy:
      'Send events of the past with ?backfill=true (scope events:backfill), or on activity.backfill.v1.',
  },
} as const satisfies Record<RejectionReason, ErrorCode>;

/** Every code of this service. */
export const INGEST_ERROR_CODES = {
  ...REJECTION_CODES,
  notEvents: {
    code: 'KUDA-INGEST-1101',
    status: 400,
    title: 'Body is no event',
    cause:
      'The body is neither a CloudEvent nor a list of them, or not what its content type says, or not UTF-8.',
    remedy: 'Send one JSON object, or a JSON array of objects as application/cloudevents-batch+json.',
  },
  emptyBatch: {
    code: 'KUDA-INGEST-1102',
    status: 400,
    title: 'Empty batch',
    cause: 'The list of events is empty.',
    remedy: 'Send at least one event.',
  },
  tooManyEvents: {
    code: 'KUDA-INGEST-1103',
    status: 400,
    title: 'Too many events',
    cause: 'The list holds more than 100 events; none of them was taken.',
    remedy: 'Split the list.',
  },
  overloaded: {
    code: 'KUDA-INGEST-1104',
    status: 503,
    title: 'Overloaded',
    cause: 'More events are waiting to be recorded than can be in a moment; none of this request was taken.',
    remedy: 'Repeat after the time in Retry-After; repeats are recognised by source and id.',
  },
  notRecorded: {
    code: 'KUDA-INGEST-1105',
    status: 500,
    title: 'Event not recorded',
    cause: 'An event was valid but the log could not take it; the service log has the reason.',
    remedy:
      'Repeat the request: what was recorded is then answered as a duplicate. Report it if it persists.',
  },
  notPermitted: {
    code: 'KUDA-INGEST-1106',
    status: 403,
    title: 'Not this producer',
    cause:
      'An event is of a source that the sender does not own, or of a type that the producer may not emit; ' +
      '`errors` points at each. Nothing of the request was taken.',
    remedy:
      'Compare with GET /v1/producers; an operator registers sources and types. On the bus such an event is ' +
      'kept aside as bad_value.',
  },
  rateLimited: {
    code: 'KUDA-INGEST-1107',
    status: 429,
    title: 'Over the quota',
    cause: 'The producer has sent more events than its quota; none of this request was taken.',
    remedy: 'Repeat after the time in Retry-After; RateLimit and RateLimit-Policy tell the quota.',
  },
  producerExists: {
    code: 'KUDA-INGEST-1110',
    status: 409,
    title: 'Producer exists',
    cause: 'A producer of this id is registered already.',
    remedy: 'Change it with PUT /v1/producers/{id}, give it a further key, or choose another id.',
  },
  sourceTaken: {
    code: 'KUDA-INGEST-1111',
    status: 409,
    title: 'Source taken',
    cause: 'One of the sources is registered for another producer, letter by letter.',
    remedy: 'Take it from the other producer first; a longer prefix may be registered beside a shorter one.',
  },
  tooManyKeys: {
    code: 'KUDA-INGEST-1112',
    status: 409,
    title: 'Too many keys',
    cause: 'The producer has 8 keys that are good.',
    remedy: 'Revoke one that is not used any more.',
  },
  tooManyProducers: {
    code: 'KUDA-INGEST-1113',
    status: 409,
    title: 'Too many producers',
    cause: 'The registry holds 1,000 producers, which it keeps in memory.',
    remedy: 'Give a producer several sources instead of registering each source.',
  },
  replayRefused: {
    code: 'KUDA-INGEST-1120',
    status: 422,
    title: 'Replay kept aside again',
    cause: 'The replayed input is still not an event that can be taken; `errors` has reason and pointer.',
    remedy: 'Send it corrected: {"event": {…}}. The record stays open.',
  },
  alreadyClosed: {
    code: 'KUDA-INGEST-1121',
    status: 409,
    title: 'Record closed',
    cause: 'The quarantine record has been closed another way before: replayed or discarded.',
    remedy: 'Read the record: `resolution` says what became of it.',
  },
  unreadableBalance: {
    code: 'KUDA-INGEST-1190',
    status: 500,
    title: 'Unreadable balance record',
    cause: 'A record of ledger.balances.v1 could not be read; voters keep the trust level known before.',
    remedy:
      'Look at the record in the dead-letter topic; the ledger publishes the user again with the next change.',
  },
} as const satisfies Record<string, ErrorCode>;
