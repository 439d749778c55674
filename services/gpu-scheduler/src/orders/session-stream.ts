import { createHash } from 'node:crypto';
import type { CommandEnvelope, InputOffset } from '@kuda/event-store';
import type { SessionCommand, SessionStep } from '../domain/session';

export type SessionEnvelope = CommandEnvelope<SessionCommand>;

const PREFIX = 'session-';

/** The stream of an order's session. */
export function streamOf(orderId: string): string {
  return `${PREFIX}${orderId}`;
}

function fingerprintOf(content: string | Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}

/** A command that came over the bus. */
export interface OrderInput {
  readonly command: Extract<SessionCommand, { type: 'place_order' | 'stop_order' }>;
  /** The bytes as received: another content under the same id is a conflict. */
  readonly content: Uint8Array;
  readonly input: InputOffset;
  readonly traceparent: string | null;
}

/** An order is known for ever by its id, and so is the wish to stop it. */
export function orderEnvelope({ command, content, input, traceparent }: OrderInput): SessionEnvelope {
  const orderId = command.type === 'place_order' ? command.order.orderId : command.orderId;
  return {
    commandId: `${command.type}/${orderId}`,
    fingerprint: fingerprintOf(command.type === 'place_order' ? content : command.type),
    streamId: streamOf(orderId),
    command,
    input,
    traceparent,
  };
}

/** Each step of a session is made once: the first record of it stands. */
export function stepEnvelope(
  orderId: string,
  step: SessionStep,
  traceparent: string | null,
): SessionEnvelope {
  const commandId = `${orderId}/${step.type}`;
  return {
    commandId,
    fingerprint: fingerprintOf(commandId),
    streamId: streamOf(orderId),
    command: { type: 'record_step', orderId, step },
    input: null,
    traceparent,
  };
}
