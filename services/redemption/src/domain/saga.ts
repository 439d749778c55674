import type { AssetAmount } from './amounts';
import type { GpuClass, TrustLevel } from './offer';
import type { EndedSession, SettlementReason } from './settlement';

/** What a quote froze; the redemption runs on these terms whatever changes later. */
export interface Terms {
  readonly quoteId: string;
  readonly userId: string;
  readonly sku: string;
  readonly gpuClass: GpuClass;
  readonly gpuCount: number;
  readonly durationSeconds: number;
  readonly image: string;
  readonly milliPointsPerHour: bigint;
  /** What is held, exact per asset. */
  readonly held: readonly AssetAmount[];
  readonly trustLevel: TrustLevel;
  readonly priceBook: string;
  readonly priceBookHash: string;
  readonly policy: string;
  readonly policyHash: string;
}

/** The terms with their times, microseconds since the Unix epoch. */
export interface Order extends Terms {
  readonly requestedAtUs: bigint;
  readonly queueUntilUs: bigint;
  readonly holdExpiresAtUs: bigint;
}

/** The part of an order that the scheduler gets. */
export type SessionOrder = Pick<
  Order,
  'gpuClass' | 'gpuCount' | 'durationSeconds' | 'image' | 'trustLevel' | 'queueUntilUs'
>;

export type SessionPhase = 'queued' | 'admitted' | 'running';

/** Why a redemption ended; `hold_expired` when the ledger gave the hold back before we settled. */
export type EndReason = SettlementReason | 'hold_expired';

export type SagaState =
  | { readonly status: 'none' }
  /** The ledger is asked for the hold. */
  | { readonly status: 'requested'; readonly order: Order; readonly isCancelled: boolean }
  /** The hold stands, the scheduler has the order. */
  | {
      readonly status: 'ordered';
      readonly order: Order;
      readonly isCancelled: boolean;
      readonly phase: SessionPhase | 'reserved';
      /** Version of the latest session event taken; older ones are ignored. */
      readonly sessionVersion: bigint;
    }
  /** The ledger is asked to capture and release. */
  | {
      readonly status: 'settling';
      readonly order: Order;
      readonly isCancelled: boolean;
      readonly reason: SettlementReason;
      readonly meteredSeconds: bigint;
    }
  | {
      readonly status: 'settled';
      readonly order: Order;
      readonly isCancelled: boolean;
      readonly reason: EndReason;
      readonly meteredSeconds: bigint;
      readonly captured: readonly AssetAmount[];
      readonly released: readonly AssetAmount[];
    }
  /** Refused by the ledger, or at once: then there is no order. */
  | {
      readonly status: 'refused';
      readonly order: Order | null;
      readonly isCancelled: boolean;
      readonly code: string;
      readonly reason: string;
    };

/** What may happen to a redemption. Each may come late, twice, or overtaken. */
export type SagaInput =
  | { readonly type: 'request'; readonly terms: Terms; readonly quoteExpiresAtUs: bigint }
  | { readonly type: 'hold_placed' }
  | { readonly type: 'hold_refused'; readonly code: string; readonly reason: string }
  | { readonly type: 'session_progressed'; readonly phase: SessionPhase; readonly sessionVersion: bigint }
  | { readonly type: 'session_ended'; readonly session: EndedSession }
  | {
      readonly type: 'hold_settled';
      readonly captured: readonly AssetAmount[];
      readonly released: readonly AssetAmount[];
    }
  | {
      readonly type: 'hold_released';
      readonly released: readonly AssetAmount[];
      /** The ledger released it by itself, in ledger time. */
      readonly isExpired: boolean;
    }
  /** The ledger refused to settle or to release. */
  | { readonly type: 'settlement_refused'; readonly code: string }
  | { readonly type: 'cancel'; readonly reason: string };

/** What a redemption records: one step for each input. */
export type SagaStep =
  | { readonly type: 'redemption_requested'; readonly order: Order }
  | { readonly type: 'hold_confirmed'; readonly order: SessionOrder }
  | { readonly type: 'session_progressed'; readonly phase: SessionPhase; readonly sessionVersion: bigint }
  | {
      readonly type: 'settlement_requested';
      readonly reason: SettlementReason;
      readonly meteredSeconds: bigint;
      readonly captured: readonly AssetAmount[];
    }
  | {
      readonly type: 'redemption_settled';
      readonly reason: EndReason;
      readonly captured: readonly AssetAmount[];
      readonly released: readonly AssetAmount[];
      /** The hold ended while a session may still run: its order must be stopped. */
      readonly mustStopOrder: boolean;
    }
  | {
      readonly type: 'redemption_refused';
      readonly code: string;
      readonly reason: string;
    }
  | { readonly type: 'cancellation_requested'; readonly reason: string; readonly isOrderPlaced: boolean }
  | { readonly type: 'input_ignored'; readonly input: SagaInput['type']; readonly reason: string };

export const INITIAL_STATE: SagaState = { status: 'none' };

/** The order behind a state; null where none was ever made. */
export function orderOf(state: SagaState): Order | null {
  return state.status === 'none' ? null : state.order;
}

/** True when the user has asked for the end, whether or not it came of that. */
export function isCancelled(state: SagaState): boolean {
  return state.status !== 'none' && state.isCancelled;
}

/** True when nothing more can happen: the hold is settled, released or was never placed. */
export function isFinal(state: SagaState): boolean {
  return state.status === 'settled' || state.status === 'refused';
}
