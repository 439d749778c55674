import type { CommandEnvelope } from '@kuda/event-store';
import { createHash } from 'node:crypto';
import type { SagaInput } from '../domain/saga';

/** An input with the redemption and the user it is for. */
export interface SagaCommand {
  readonly redemptionId: string;
  readonly userId: string;
  readonly input: SagaInput;
}

const REDEMPTION_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** True for ids that redemption may have given; holds of others are none of its business. */
export function isRedemptionId(id: string): boolean {
  return REDEMPTION_ID.test(id);
}

export function streamOf(redemptionId: string): string {
  return `redemption-${redemptionId}`;
}

export function fingerprintOf(content: string | Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}

/** How a command reaches the log; `input` is set where the log itself keeps the offset. */
export type SagaEnvelope = CommandEnvelope<SagaCommand>;
