import type { ActivityRejected } from '@kuda/contracts';
import { amountText, pageOf, timeText, toRfc3339 } from '@kuda/service-kit';
import { z } from 'zod';
import { isRejectionReason, REJECTION_REASONS, type RejectionReason } from '../domain/rejection';
import { REJECTION_CODES } from '../error-codes';
import { quarantineId, reasonOf } from '../intake/intake-entries';
import type { QuarantineLineEntity } from './quarantine-line.entity';
import { CLOSING_OUTCOMES, type QuarantineOutcome } from './quarantine-outcome.store';

/** How a record was closed, once. */
export const resolutionView = z.strictObject({
  outcome: z
    .enum(CLOSING_OUTCOMES)
    .describe('Replayed into an accepted event or a repeat of one, or given up.'),
  position: amountText.describe('Of the entry that closed it, in the log.'),
  source: z.string().nullable(),
  event_id: z.string().nullable(),
  actor: z.string(),
  note: z.string(),
  closed_at: timeText,
});

/** A rejected input without its bytes. */
export const quarantineItem = z.strictObject({
  id: z.string(),
  reason: z.enum(REJECTION_REASONS),
  code: z.string(),
  pointer: z.string().describe('JSON pointer to the offending member; empty for the whole input.'),
  detail: z.string(),
  source: z.string().nullable().describe('As far as it could be read.'),
  event_id: z.string().nullable().describe('As far as it could be read.'),
  rejected_at: timeText,
  bytes: z.int().describe('Size of the input.'),
  resolution: resolutionView.nullable().describe('How the record was closed; null while it is open.'),
});

/** Where an input came from. */
const originView = z.union([
  z.strictObject({ topic: z.string(), partition: z.int(), offset: z.string() }),
  z.strictObject({ request_id: z.string(), index: z.int() }),
]);

/** A rejected input, whole. */
export const quarantineRecord = z.strictObject({
  ...quarantineItem.shape,
  raw: z.base64().describe('The bytes as received, base64.'),
  headers: z.record(z.string(), z.string()).describe("The record's headers; attributes in binary mode."),
  origin: originView.describe('A place on a topic, or in an HTTP request.'),
});

/** A page of the quarantine, in the order in which the inputs came. */
export const quarantinePage = pageOf(quarantineItem);

type QuarantineItem = z.output<typeof quarantineItem>;

interface Rejected {
  readonly id: string;
  readonly reason: RejectionReason;
  readonly pointer: string;
  readonly detail: string;
  readonly source: string;
  readonly eventId: string;
  readonly rejectedAtUs: bigint;
  readonly bytes: number;
  readonly outcome: QuarantineOutcome | null;
}

/** How a record was closed, as shown. */
export function toResolution(outcome: QuarantineOutcome): z.output<typeof resolutionView> {
  const { outcome: name, byPosition, source, eventId, actor, note, closedAtUs } = outcome;
  return {
    outcome: name,
    position: byPosition.toString(),
    source: source === '' ? null : source,
    event_id: eventId === '' ? null : eventId,
    actor,
    note,
    closed_at: toRfc3339(closedAtUs),
  };
}

function itemOf({ source, eventId, rejectedAtUs, outcome, ...rejected }: Rejected): QuarantineItem {
  return {
    ...rejected,
    code: REJECTION_CODES[rejected.reason].code,
    source: source === '' ? null : source,
    event_id: eventId === '' ? null : eventId,
    rejected_at: toRfc3339(rejectedAtUs),
    resolution: outcome === null ? null : toResolution(outcome),
  };
}

/** A reason that a later release has taken out of the table is still a reason to have kept the input aside. */
const UNKNOWN_REASON: RejectionReason = 'bad_value';

/** A rejected input as a list shows it. */
export function toItem(line: QuarantineLineEntity): QuarantineItem {
  const { position, reason, ...rest } = line;
  return itemOf({
    ...rest,
    id: quarantineId(position),
    reason: isRejectionReason(reason) ? reason : UNKNOWN_REASON,
  });
}

function originOf({ origin }: ActivityRejected): z.output<typeof originView> {
  if (origin === undefined || origin.topic === '') {
    return { request_id: origin?.requestId ?? '', index: origin?.index ?? 0 };
  }
  return { topic: origin.topic, partition: origin.partition, offset: origin.offset.toString() };
}

/** A rejected input with its bytes. */
export function toRecord(
  rejected: ActivityRejected,
  outcome: QuarantineOutcome | null,
): z.output<typeof quarantineRecord> {
  const { quarantineId: id, pointer, detail, source, eventId, rejectedAtUs, raw, headers } = rejected;
  const reason = reasonOf(rejected.reason) ?? UNKNOWN_REASON;
  return {
    ...itemOf({ id, reason, pointer, detail, source, eventId, rejectedAtUs, bytes: raw.length, outcome }),
    raw: Buffer.from(raw).toString('base64'),
    headers,
    origin: originOf(rejected),
  };
}
