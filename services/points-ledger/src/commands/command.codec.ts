import { createHash } from 'node:crypto';
import { fromBinary, LedgerCommandSchema, type LedgerCommand } from '@kuda/contracts';
import type { CommandEnvelope } from '@kuda/event-store';
import type { Command, HoldCommand } from '@kuda/ledger-core';
import type { IncomingMessage } from '@kuda/messaging';
import { isId, isUserId } from '../ledger/bounds';
import { unreadable, type Read } from '../ledger/read-message';
import { userStream } from '../ledger/user-stream';

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
  const command = commandOf(wire);
  if (command === null) return unreadable('no command, or one without hold_id, redemption_id or sku');
  return {
    ok: true,
    value: {
      commandId: wire.commandId,
      fingerprint: createHash('sha256').update(message.value).digest(),
      streamId: userStream(wire.userId),
      command,
      input: { topic: message.topic, partition: message.partition, offset: message.offset },
      traceparent: null,
    },
  };
}

function commandOf({ command }: LedgerCommand): HoldCommand | null {
  switch (command.case) {
    case 'placeHold': {
      const { holdId, redemptionId, sku, amounts, expiresAtUs } = command.value;
      if (![holdId, redemptionId, sku].every(isId)) return null;
      return { type: 'place-hold', holdId, redemptionId, sku, amounts: amountsOf(amounts), expiresAtUs };
    }
    case 'settleHold': {
      const { holdId, captured, reason } = command.value;
      if (![holdId, reason].every(isId)) return null;
      return { type: 'settle-hold', holdId, captured: amountsOf(captured), reason };
    }
    case 'releaseHold': {
      const { holdId, reason } = command.value;
      return [holdId, reason].every(isId) ? { type: 'release-hold', holdId, reason } : null;
    }
    default:
      return null;
  }
}

function amountsOf(amounts: readonly { readonly asset: string; readonly amount: bigint }[]) {
  return amounts.map(({ asset, amount }) => ({ asset, amount }));
}
