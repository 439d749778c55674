import { z } from 'zod';

const MAX_EVENTS_PER_EXAMPLE = 200;
const MAX_REPEATS = 100;
const MAX_NAME_CHARS = 200;

/** One event of an example; everything that is left out is the usual. */
const exampleEvent = z.strictObject({
  /** The type; the rule's own unless said otherwise. */
  event: z.string().optional(),
  /** The user who acts; `ada` unless said otherwise. */
  subject: z.string().optional(),
  /** RFC 3339 with offset. */
  time: z.iso.datetime({ offset: true }),
  data: z.record(z.string(), z.json()).optional(),
  person_key_first: z.boolean().optional(),
  /** So many times, each an hour later; `{n}` in texts of the data and in the subject becomes the number, from 1. */
  repeat: z.int().min(1).max(MAX_REPEATS).optional(),
});

/** Given earlier events of one user, what the rule says of the last one. */
export const exampleSource = z.strictObject({
  name: z.string().min(1).max(MAX_NAME_CHARS),
  given: z.array(exampleEvent).max(MAX_EVENTS_PER_EXAMPLE).optional(),
  when: exampleEvent,
  expect: z.strictObject({
    outcome: z.enum(['awarded', 'trimmed', 'suppressed', 'not_matched']),
    /** Whole units that were paid; 0 unless said otherwise. */
    amount: z.int().min(0).optional(),
    /** Empty unless said otherwise. */
    reason: z.string().optional(),
  }),
});

export type ExampleSource = z.infer<typeof exampleSource>;
export type ExampleEvent = z.infer<typeof exampleEvent>;
