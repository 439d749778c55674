import {
  create,
  GpuOrderSchema,
  LedgerCommandSchema,
  toBinary,
  TOPICS,
  type GpuOrder,
  type LedgerCommand,
} from '@kuda/contracts';
import type { RelayRecord, StoredEntry } from '@kuda/event-store';
import { toHeaders } from '@kuda/messaging';
import { toRfc3339 } from '@kuda/service-kit';
import { effectOf, type Effect } from '../domain/effects';
import { decodeStep } from './decode-step';
import { holdIdOf, type StepCoordinates } from './encode-step';

/** Topics that the relay of this log writes, and nobody else. */
export const RELAYED_TOPICS = [
  TOPICS.ledgerCommands.name,
  TOPICS.gpuOrders.name,
  TOPICS.redemptionEvents.name,
] as const;

const SOURCE = '/kuda/redemption';

type LedgerBody = Parameters<typeof create<typeof LedgerCommandSchema>>[1];
type OrderBody = Parameters<typeof create<typeof GpuOrderSchema>>[1];

/** Pure: what an entry of the redemption log becomes on the bus; every entry, and at most one command beside it. */
export function redemptionRecords(entry: StoredEntry): readonly RelayRecord[] {
  const { at, step } = decodeStep(entry.payload);
  const effect = effectOf(step);
  const command = effect === null ? [] : [commandRecord(effect, at)];
  return [...command, eventRecord(entry, at)];
}

function eventRecord(entry: StoredEntry, at: StepCoordinates): RelayRecord {
  return {
    topic: TOPICS.redemptionEvents.name,
    key: at.redemptionId,
    value: entry.payload,
    headers: toHeaders({
      id: `${at.redemptionId}/${at.version.toString()}`,
      source: SOURCE,
      type: `ai.kuda.redemption.${entry.kind.replaceAll('_', '-')}.v1`,
      time: toRfc3339(at.recordedAtUs),
      subject: at.userId,
    }),
  };
}

function commandRecord(effect: Effect, at: StepCoordinates): RelayRecord {
  const holdId = holdIdOf(at.redemptionId);
  switch (effect.type) {
    case 'place_hold': {
      const { sku, held, holdExpiresAtUs } = effect.order;
      const value = {
        holdId,
        redemptionId: at.redemptionId,
        sku,
        amounts: [...held],
        expiresAtUs: holdExpiresAtUs,
      };
      return ledgerRecord('hold', at, { command: { case: 'placeHold', value } });
    }
    case 'settle_hold': {
      const value = { holdId, captured: [...effect.captured], reason: effect.reason };
      return ledgerRecord('settle', at, { command: { case: 'settleHold', value } });
    }
    case 'release_hold': {
      const value = { holdId, reason: effect.reason };
      return ledgerRecord('release', at, { command: { case: 'releaseHold', value } });
    }
    case 'place_order': {
      const { durationSeconds, ...order } = effect.order;
      const value = {
        ...order,
        durationSeconds: BigInt(durationSeconds),
        redemptionId: at.redemptionId,
        userId: at.userId,
      };
      return orderRecord('place-order', at, { order: { case: 'placeOrder', value } });
    }
    case 'stop_order':
      return orderRecord('stop-order', at, {
        order: { case: 'stopOrder', value: { reason: effect.reason } },
      });
  }
}

/** Command ids are made of the redemption's, so that a repeat is one; `ledger-input.ts` reads them back. */
function ledgerRecord(
  verb: 'hold' | 'settle' | 'release',
  at: StepCoordinates,
  body: LedgerBody,
): RelayRecord {
  const commandId = `${at.redemptionId}:${verb}`;
  const command: LedgerCommand = create(LedgerCommandSchema, { ...body, commandId, userId: at.userId });
  return {
    topic: TOPICS.ledgerCommands.name,
    key: at.userId,
    value: Buffer.from(toBinary(LedgerCommandSchema, command)),
    headers: headersOf(commandId, `ai.kuda.ledger.${verb}-requested.v1`, at),
  };
}

/** The order id is the redemption's id. */
function orderRecord(verb: 'place-order' | 'stop-order', at: StepCoordinates, body: OrderBody): RelayRecord {
  const order: GpuOrder = create(GpuOrderSchema, { ...body, orderId: at.redemptionId });
  return {
    topic: TOPICS.gpuOrders.name,
    key: at.redemptionId,
    value: Buffer.from(toBinary(GpuOrderSchema, order)),
    headers: headersOf(`${at.redemptionId}:${verb}`, `ai.kuda.gpu.${verb}.v1`, at),
  };
}

function headersOf(id: string, type: string, at: StepCoordinates) {
  return toHeaders({ id, source: SOURCE, type, time: toRfc3339(at.recordedAtUs), subject: at.userId });
}
