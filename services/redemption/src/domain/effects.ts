import type { AssetAmount } from './amounts';
import type { Order, SagaStep, SessionOrder } from './saga';
import type { SettlementReason } from './settlement';

/** What a step asks of the other services. Derived from the log alone, so that a restart asks the same again. */
export type Effect =
  | { readonly type: 'place_hold'; readonly order: Order }
  | {
      readonly type: 'settle_hold';
      readonly captured: readonly AssetAmount[];
      readonly reason: SettlementReason;
    }
  | { readonly type: 'release_hold'; readonly reason: SettlementReason }
  | { readonly type: 'place_order'; readonly order: SessionOrder }
  | { readonly type: 'stop_order'; readonly reason: string };

/** At most one effect a step; a settlement that captures nothing gives the whole hold back. */
export function effectOf(step: SagaStep): Effect | null {
  switch (step.type) {
    case 'redemption_requested':
      return { type: 'place_hold', order: step.order };
    case 'hold_confirmed':
      return { type: 'place_order', order: step.order };
    case 'settlement_requested':
      return step.captured.length === 0
        ? { type: 'release_hold', reason: step.reason }
        : { type: 'settle_hold', captured: step.captured, reason: step.reason };
    case 'cancellation_requested':
      return step.isOrderPlaced ? { type: 'stop_order', reason: step.reason } : null;
    case 'redemption_settled':
      return step.mustStopOrder ? { type: 'stop_order', reason: step.reason } : null;
    case 'session_progressed':
    case 'redemption_refused':
    case 'input_ignored':
      return null;
  }
}
