import { amountText, timeText } from '@kuda/service-kit';
import { z } from 'zod';
import { isId } from '../ledger/bounds';
import type { CommandWrites, CommandWrite } from './command-writes';
import type { CommandOutcome } from './command-outcome';

const MAX_REASON_CHARACTERS = 1_024;
const ACCEPTED = 202;
const US_PER_MS = 1_000n;

/** Why somebody does it; shown to the user. */
export const reason = z.string().trim().min(1).max(MAX_REASON_CHARACTERS).describe('Shown to the user.');
/** The case it belongs to. */
export const caseId = z.string().max(256).default('').describe('The case it belongs to; empty without one.');
/** Ids of proposals, lots and risk holds in a path. */
export const idParam = z.string().refine(isId, 'not an id');
/** An amount of a command. */
export const amount = amountText.transform(BigInt);
/** An instant of a command, microseconds since the Unix epoch; 0 when it is left out. */
export const instant = timeText.transform((text) => BigInt(Date.parse(text)) * US_PER_MS).default(0n);

/** The part of a reply that a write uses. */
export interface WriteReply {
  status(code: number): unknown;
  header(name: string, value: string): unknown;
}

/** Writes, and answers 200 with the outcome or 202 with where to look. */
export async function answerWrite(
  writes: CommandWrites,
  write: CommandWrite,
  reply: WriteReply,
): Promise<CommandOutcome> {
  const { outcome, isReplay } = await writes.write(write);
  reply.header('location', `/v1/commands/${encodeURIComponent(write.commandId)}`);
  if (isReplay) reply.header('idempotent-replayed', 'true');
  if (outcome.status === 'pending') reply.status(ACCEPTED);
  return outcome;
}
