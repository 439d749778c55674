import {
  fromBinary,
  RedemptionEventSchema,
  type AssetAmount as WireAmount,
  type RedemptionEvent,
  type RedemptionRequested,
} from '@kuda/contracts';
import { z } from 'zod';
import type { AssetAmount } from '../domain/amounts';
import type { EndReason, Order, SagaInput, SagaStep } from '../domain/saga';
import type { StepCoordinates } from './encode-step';

const gpuClass = z.enum(['t4', 'l4', 'a100', 'h100']);
const trustLevel = z.literal([0, 1, 2, 3]);
const phase = z.enum(['queued', 'admitted', 'running']);
const settlementReason = z.enum(['used', 'not_running', 'early_fail', 'platform_fault', 'limit']);
const endReason: z.ZodType<EndReason> = settlementReason.or(z.literal('hold_expired'));
const inputType: z.ZodType<SagaInput['type']> = z.enum([
  'request',
  'hold_placed',
  'hold_refused',
  'session_progressed',
  'session_ended',
  'hold_settled',
  'hold_released',
  'settlement_refused',
  'cancel',
]);

/** Amounts of the bus as amounts of the domain. */
export function amountsFrom(amounts: readonly WireAmount[]): AssetAmount[] {
  return amounts.map(({ asset, amount }) => ({ asset, amount }));
}

/** Reads what `encodeStep` wrote. @throws when the bytes are something else */
export function decodeStep(payload: Buffer): { readonly at: StepCoordinates; readonly step: SagaStep } {
  const event = fromBinary(RedemptionEventSchema, payload);
  const { redemptionId, userId, redemptionVersion: version, recordedAtUs } = event;
  return { at: { redemptionId, userId, version, recordedAtUs }, step: stepOf(event) };
}

function stepOf({ body, userId, recordedAtUs }: RedemptionEvent): SagaStep {
  switch (body.case) {
    case 'redemptionRequested':
      return { type: 'redemption_requested', order: orderFrom(body.value, userId, recordedAtUs) };
    case 'holdConfirmed': {
      const { gpuCount, image, queueUntilUs } = body.value;
      const order = {
        gpuClass: gpuClass.parse(body.value.gpuClass),
        gpuCount,
        durationSeconds: Number(body.value.durationSeconds),
        image,
        trustLevel: trustLevel.parse(body.value.trustLevel),
        queueUntilUs,
      };
      return { type: 'hold_confirmed', order };
    }
    case 'sessionProgressed': {
      const { state, sessionVersion } = body.value;
      return { type: 'session_progressed', phase: phase.parse(state), sessionVersion };
    }
    case 'settlementRequested': {
      const { reason, meteredSeconds, captured } = body.value;
      return {
        type: 'settlement_requested',
        reason: settlementReason.parse(reason),
        meteredSeconds,
        captured: amountsFrom(captured),
      };
    }
    case 'redemptionSettled': {
      const { reason, captured, released, stopOrderId } = body.value;
      return {
        type: 'redemption_settled',
        reason: endReason.parse(reason),
        captured: amountsFrom(captured),
        released: amountsFrom(released),
        mustStopOrder: stopOrderId !== '',
      };
    }
    case 'redemptionRefused':
      return { type: 'redemption_refused', code: body.value.code, reason: body.value.reason };
    case 'cancellationRequested': {
      const { reason, orderId } = body.value;
      return { type: 'cancellation_requested', reason, isOrderPlaced: orderId !== '' };
    }
    case 'inputIgnored':
      return { type: 'input_ignored', input: inputType.parse(body.value.input), reason: body.value.reason };
    case undefined:
      throw new Error('a redemption event without a body');
  }
}

function orderFrom(body: RedemptionRequested, userId: string, recordedAtUs: bigint): Order {
  return {
    quoteId: body.quoteId,
    userId,
    sku: body.sku,
    gpuClass: gpuClass.parse(body.gpuClass),
    gpuCount: body.gpuCount,
    durationSeconds: Number(body.durationSeconds),
    image: body.image,
    milliPointsPerHour: body.priceMilliPointsPerHour,
    held: amountsFrom(body.price),
    trustLevel: trustLevel.parse(body.trustLevel),
    priceBook: body.priceBook,
    priceBookHash: body.priceBookHash,
    policy: body.policy,
    policyHash: body.policyHash,
    requestedAtUs: recordedAtUs,
    queueUntilUs: body.queueUntilUs,
    holdExpiresAtUs: body.holdExpiresAtUs,
  };
}
