import { z } from 'zod';
import { REJECTION_REASONS } from '../domain/rejection';

/** The most events of one request. */
export const MAX_EVENTS_PER_REQUEST = 100;

/** Content types of one event and of several; `application/json` may be either. */
export const SINGLE_TYPE = 'application/cloudevents+json';
export const BATCH_TYPE = 'application/cloudevents-batch+json';

const cloudEvent = z
  .looseObject({
    specversion: z.unknown().describe('"1.0"'),
    id: z.unknown().describe('Unique within the source.'),
    source: z.unknown().describe('The producer, a URI reference without fragment.'),
    type: z.unknown().describe('Event type, for example ai.kuda.session.login.v1.'),
    subject: z.unknown().describe('The user who acts.'),
    time: z.unknown().describe('RFC 3339 with offset.'),
    data: z.unknown().describe('A JSON object; unknown members are kept and ignored.'),
  })
  .partial()
  .describe(
    'A CloudEvent 1.0 in JSON; judged event by event, so that one bad event does not refuse the others.',
  );

/** The body of POST /v1/events: one event, or up to 100. */
export const eventsBody = z.union([cloudEvent, z.array(z.unknown()).describe('1 to 100 CloudEvents.')]);

/** The query of POST /v1/events. */
export const eventsQuery = z.strictObject({
  backfill: z
    .enum(['true', 'false'])
    .default('false')
    .describe('Takes events older than 7 days; needs the scope events:backfill.'),
});

/** What became of each event; durable when it is told. */
export const eventsAnswer = z.strictObject({
  accepted: z.array(z.string()).describe('Ids of events that were taken.'),
  duplicates: z.array(z.string()).describe('Ids of events whose (source, id) had been taken before.'),
  rejected: z
    .array(
      z.strictObject({
        index: z.int().describe('Place in the request, from 0.'),
        id: z.string().nullable().describe("The event's id where it could be read."),
        code: z.string(),
        reason: z.enum(REJECTION_REASONS),
        pointer: z.string().describe('JSON pointer into the event; empty for the whole of it.'),
        detail: z.string(),
      }),
    )
    .describe('Events that were kept aside: correct them and send them again under the same id.'),
});

export type EventsAnswer = z.output<typeof eventsAnswer>;
