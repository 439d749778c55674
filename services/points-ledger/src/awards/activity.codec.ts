import { createHash } from 'node:crypto';
import { ActivityAcceptedSchema, fromBinary, type ActivityAccepted } from '@kuda/contracts';
import type { CommandEnvelope } from '@kuda/event-store';
import type { Command } from '@kuda/ledger-core';
import type { IncomingMessage } from '@kuda/messaging';
import { isUserId } from '../ledger/bounds';
import { unreadable, type Read } from '../ledger/read-message';
import { userStream } from '../ledger/user-stream';
import { RISK_FLAGGED, riskHoldFrom } from './risk-flagged';

/** Reads one record of `activity.accepted.v1` into the command it asks for. */
export function readActivity(message: IncomingMessage): Read<CommandEnvelope<Command>> {
  if (message.value === null) return unreadable('the record has no value');
  try {
    const accepted = fromBinary(ActivityAcceptedSchema, message.value);
    const fault = faultOf(accepted);
    return fault === null
      ? { ok: true, value: envelopeOf(accepted, message, message.value) }
      : unreadable(fault);
  } catch (error) {
    return unreadable(error instanceof Error ? error.message : String(error));
  }
}

function faultOf(accepted: ActivityAccepted): string | null {
  if (accepted.source === '' || accepted.eventId === '' || accepted.type === '') {
    return 'source, event_id or type is empty';
  }
  if (!isUserId(accepted.subject)) return 'subject is not a user id';
  return isUserId(accepted.beneficiary) ? null : 'beneficiary is not a user id';
}

function envelopeOf(
  accepted: ActivityAccepted,
  message: IncomingMessage,
  bytes: Buffer,
): CommandEnvelope<Command> {
  return {
    commandId: `${accepted.source}#${accepted.eventId}`,
    fingerprint: createHash('sha256').update(bytes).digest(),
    streamId: userStream(accepted.beneficiary),
    command: commandOf(accepted),
    input: { topic: message.topic, partition: message.partition, offset: message.offset },
    traceparent: null,
  };
}

function commandOf(accepted: ActivityAccepted): Command {
  const { source, eventId, type, subject, beneficiary, time, timeUs, dataJson, backfill, claims } = accepted;
  const data = dataOf(dataJson);
  if (type === RISK_FLAGGED) return riskHoldFrom(data);
  const activity = { source, eventId, type, subject, beneficiary, time, timeUs, dataJson, backfill, data };
  const first = claims?.personKeyFirst;
  const riskReasons = claims?.riskReasons ?? [];
  return {
    type: 'decide-activity',
    activity: { ...activity, riskReasons, ...(first === undefined ? {} : { personKeyFirst: first }) },
  };
}

function dataOf(json: Uint8Array): Readonly<Record<string, unknown>> {
  const data: unknown = JSON.parse(Buffer.from(json).toString('utf8'));
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw new TypeError('data is not an object');
  return data as Readonly<Record<string, unknown>>;
}
