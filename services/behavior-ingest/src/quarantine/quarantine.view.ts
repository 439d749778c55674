import { pageOf, timeText, toRfc3339 } from '@kuda/service-kit';
import { z } from 'zod';
import { REJECTION_REASONS } from '../domain/rejection';
import { REJECTION_CODES } from '../error-codes';
import { quarantineId, reasonOf } from '../intake/intake-entries';
import type { QuarantinedInput } from './quarantine.query';

/** Where the input came from: a place on a topic, or in an HTTP request. */
const originView = z.union([
  z.strictObject({ topic: z.string(), partition: z.int(), offset: z.string() }),
  z.strictObject({ request_id: z.string(), index: z.int() }),
]);

/** A rejected input without its bytes. */
export const quarantineItem = z.strictObject({
  id: z.string(),
  reason: z.enum(REJECTION_REASONS),
  code: z.string(),
  pointer: z.string().describe('JSON pointer to the offending member; empty for the whole input.'),
  detail: z.string(),
  source: z.string().nullable(),
  event_id: z.string().nullable(),
  rejected_at: timeText,
  origin: originView,
  bytes: z.int().describe('Size of the input.'),
});

/** A rejected input, whole. */
export const quarantineRecord = z.strictObject({
  ...quarantineItem.shape,
  raw: z.base64().describe('The bytes as received, base64.'),
  headers: z.record(z.string(), z.string()).describe("The record's headers; attributes in binary mode."),
});

/** A page of the quarantine, in the order in which the inputs came. */
export const quarantinePage = pageOf(quarantineItem);

type QuarantineItem = z.output<typeof quarantineItem>;

function originOf({ rejected: { origin } }: QuarantinedInput): z.output<typeof originView> {
  if (origin === undefined || origin.topic === '') {
    return { request_id: origin?.requestId ?? '', index: origin?.index ?? 0 };
  }
  return { topic: origin.topic, partition: origin.partition, offset: origin.offset.toString() };
}

/** A rejected input as a list shows it. */
export function toItem(input: QuarantinedInput): QuarantineItem {
  const { position, rejected } = input;
  const reason = reasonOf(rejected.reason) ?? 'malformed_json';
  return {
    id: quarantineId(position),
    reason,
    code: REJECTION_CODES[reason].code,
    pointer: rejected.pointer,
    detail: rejected.detail,
    source: rejected.source === '' ? null : rejected.source,
    event_id: rejected.eventId === '' ? null : rejected.eventId,
    rejected_at: toRfc3339(rejected.rejectedAtUs),
    origin: originOf(input),
    bytes: rejected.raw.length,
  };
}

/** A rejected input with its bytes. */
export function toRecord(input: QuarantinedInput): z.output<typeof quarantineRecord> {
  const { raw, headers } = input.rejected;
  return { ...toItem(input), raw: Buffer.from(raw).toString('base64'), headers };
}
