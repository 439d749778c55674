import type { DecisionFacts } from '@kuda/event-store';
import type { AssetAmount } from '../domain/amounts';
import { isFinal, type Order, type SagaState } from '../domain/saga';
import { holdIdOf } from './encode-step';

/** A redemption as callers see it between its steps. */
export type RedemptionState =
  'requested' | 'reserved' | 'queued' | 'admitted' | 'running' | 'settling' | 'settled' | 'refused';

/** One row of the table `redemption`, written in the transaction of the entry it shows. */
export interface RedemptionRow {
  readonly redemptionId: string;
  readonly state: RedemptionState;
  readonly isLive: boolean;
  readonly isCancelled: boolean;
  readonly order: Order;
  readonly holdId: string;
  /** Null until the order is placed. */
  readonly orderId: string | null;
  readonly reason: string | null;
  readonly refusalCode: string | null;
  readonly meteredSeconds: bigint | null;
  readonly captured: readonly AssetAmount[] | null;
  readonly released: readonly AssetAmount[] | null;
  /** GPU-seconds that count in the rolling window: bought while live, run once settled, none when nothing was charged. */
  readonly gpuSeconds: bigint;
  /** Day on which this redemption was forgiven as an early failure. */
  readonly earlyFailDay: number | null;
  readonly version: bigint;
  readonly position: bigint;
  readonly updatedAtUs: bigint;
}

/** The row of a redemption after a step; null for one that was refused before there was an order. */
export function rowOf(
  redemptionId: string,
  state: SagaState,
  at: DecisionFacts,
  earlyFailDay: number | null,
): RedemptionRow | null {
  if (state.status === 'none' || state.order === null) return null;
  const { order } = state;
  const bought = BigInt(order.gpuCount) * BigInt(order.durationSeconds);
  const base = {
    redemptionId,
    order,
    state: state.status === 'ordered' ? state.phase : state.status,
    isLive: !isFinal(state),
    isCancelled: state.isCancelled,
    holdId: holdIdOf(redemptionId),
    orderId: state.status === 'requested' || state.status === 'refused' ? null : redemptionId,
    reason: null,
    refusalCode: null,
    meteredSeconds: null,
    captured: null,
    released: null,
    gpuSeconds: bought,
    earlyFailDay,
    version: at.streamVersion,
    position: at.position,
    updatedAtUs: at.recordedAtUs,
  };
  switch (state.status) {
    case 'requested':
    case 'ordered':
      return base;
    case 'settling':
      return { ...base, reason: state.reason, meteredSeconds: state.meteredSeconds };
    case 'settled': {
      const { reason, meteredSeconds, captured, released } = state;
      const gpuSeconds = captured.length === 0 ? 0n : BigInt(order.gpuCount) * meteredSeconds;
      return { ...base, reason, meteredSeconds, captured, released, gpuSeconds };
    }
    case 'refused':
      return { ...base, reason: state.reason, refusalCode: state.code, gpuSeconds: 0n };
  }
}
