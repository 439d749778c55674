import { create, RedemptionEventSchema, toBinary } from '@kuda/contracts';
import type { Order, SagaStep } from '../domain/saga';

/** Where a step stands in the log. */
export interface StepCoordinates {
  readonly redemptionId: string;
  readonly userId: string;
  /** Gap-free per redemption, from 1. */
  readonly version: bigint;
  readonly recordedAtUs: bigint;
}

export function holdIdOf(redemptionId: string): string {
  return `hold-${redemptionId}`;
}

type EventInit = Exclude<Parameters<typeof create<typeof RedemptionEventSchema>>[1], undefined>;

/** The payload of a log entry, which is also the value on `redemption.events.v1`. */
export function encodeStep(step: SagaStep, at: StepCoordinates): Buffer {
  const event = create(RedemptionEventSchema, {
    redemptionId: at.redemptionId,
    userId: at.userId,
    redemptionVersion: at.version,
    recordedAtUs: at.recordedAtUs,
    body: bodyOf(step, at.redemptionId),
  });
  return Buffer.from(toBinary(RedemptionEventSchema, event));
}

function bodyOf(step: SagaStep, redemptionId: string): NonNullable<EventInit['body']> {
  switch (step.type) {
    case 'redemption_requested':
      return { case: 'redemptionRequested', value: requestedInit(step.order, redemptionId) };
    case 'hold_confirmed':
      return {
        case: 'holdConfirmed',
        value: { ...step.order, orderId: redemptionId, durationSeconds: BigInt(step.order.durationSeconds) },
      };
    case 'session_progressed':
      return {
        case: 'sessionProgressed',
        value: { state: step.phase, sessionVersion: step.sessionVersion },
      };
    case 'settlement_requested': {
      const { reason, meteredSeconds, captured } = step;
      const value = { reason, meteredSeconds, captured: [...captured], holdId: holdIdOf(redemptionId) };
      return { case: 'settlementRequested', value };
    }
    case 'redemption_settled': {
      const stopOrderId = step.mustStopOrder ? redemptionId : '';
      const { reason, captured, released } = step;
      const value = { reason, captured: [...captured], released: [...released], stopOrderId };
      return { case: 'redemptionSettled', value };
    }
    case 'redemption_refused':
      return { case: 'redemptionRefused', value: { code: step.code, reason: step.reason } };
    case 'cancellation_requested': {
      const orderId = step.isOrderPlaced ? redemptionId : '';
      return { case: 'cancellationRequested', value: { reason: step.reason, orderId } };
    }
    case 'input_ignored':
      return { case: 'inputIgnored', value: { input: step.input, reason: step.reason } };
  }
}

function requestedInit(order: Order, redemptionId: string) {
  return {
    quoteId: order.quoteId,
    sku: order.sku,
    gpuClass: order.gpuClass,
    gpuCount: order.gpuCount,
    durationSeconds: BigInt(order.durationSeconds),
    image: order.image,
    price: [...order.held],
    priceMilliPointsPerHour: order.milliPointsPerHour,
    priceBook: order.priceBook,
    priceBookHash: order.priceBookHash,
    policy: order.policy,
    policyHash: order.policyHash,
    holdId: holdIdOf(redemptionId),
    holdExpiresAtUs: order.holdExpiresAtUs,
    queueUntilUs: order.queueUntilUs,
    trustLevel: order.trustLevel,
  };
}
