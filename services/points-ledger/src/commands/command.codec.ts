import { createHash } from 'node:crypto';
import { fromBinary, LedgerCommandSchema, type LedgerCommand } from '@kuda/contracts';
import type { CommandEnvelope } from '@kuda/event-store';
import type { Command } from '@kuda/ledger-core';
import type { IncomingMessage } from '@kuda/messaging';
import { isId, isUserId } from '../ledger/bounds';
import { unreadable, type Read } from '../ledger/read-message';
import { userStream } from '../ledger/user-stream';
import { readUserCommand } from './command-readers';

/** Reads one record of `ledger.commands.v1`. */
export function readCommand(message: IncomingMessage): Read<CommandEnvelope<Command>> {
  if (message.value === null) return unreadable('the record has no value');
  let wire: LedgerCommand;
  try {
    wire = fromBinary(LedgerCommandSchema, message.value);
  } catch (error) {
    return unreadable(error instanceof Error ? error.message : String(error));
  }
  if (!isId(wire.commandId)) return unreadable('command_id is empty or too long');
  if (!isUserId(wire.userId)) return unreadable('user_id is not a user id');
  const read = readUserCommand(wire.command);
  if ('fault' in read) return unreadable(read.fault);
  return {
    ok: true,
    value: {
      commandId: wire.commandId,
      fingerprint: createHash('sha256').update(message.value).digest(),
      streamId: userStream(wire.userId),
      command: read.command,
      input: { topic: message.topic, partition: message.partition, offset: message.offset },
      traceparent: null,
    },
  };
}
