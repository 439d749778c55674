import { amountOf, ANY_GPU_SECOND, least, POINT, withoutZeros, type AssetAmount } from './amounts';
import { pointsCost } from './pricing';

/** How a session ended: the left column of DOMAIN.md section 5. */
export type SessionEnd =
  'succeeded' | 'stopped' | 'not_running' | 'user_error' | 'out_of_memory' | 'platform_fault' | 'limit';

/** Why that much is charged: the right column. */
export type SettlementReason = 'used' | 'not_running' | 'early_fail' | 'platform_fault' | 'limit';

export interface EndedSession {
  readonly end: SessionEnd;
  /** Whole seconds that the container ran, by the scheduler's metering. */
  readonly meteredSeconds: bigint;
}

/** What was bought, and what was reserved for it. */
export interface Purchase {
  readonly gpuCount: number;
  readonly durationSeconds: number;
  readonly milliPointsPerHour: bigint;
  readonly held: readonly AssetAmount[];
}

export interface EarlyFailRule {
  readonly withinSeconds: number;
  readonly perDay: number;
}

export interface Settlement {
  readonly reason: SettlementReason;
  /** Never above what was held, per asset (I8); no zero amounts. */
  readonly captured: readonly AssetAmount[];
}

/** The amounts for the first `seconds` run: the GPU hours are used up first, then points. */
function captureSeconds(purchase: Purchase, seconds: bigint): AssetAmount[] {
  const charged = least(seconds < 0n ? 0n : seconds, BigInt(purchase.durationSeconds));
  const gpuSeconds = least(charged, amountOf(purchase.held, ANY_GPU_SECOND));
  const milliPoints = pointsCost(purchase.milliPointsPerHour, purchase.gpuCount, charged - gpuSeconds);
  return withoutZeros([
    { asset: ANY_GPU_SECOND, amount: gpuSeconds },
    { asset: POINT, amount: least(milliPoints, amountOf(purchase.held, POINT)) },
  ]);
}

/** Who pays: the table of DOMAIN.md section 5. `earlyFailsToday` are those forgiven on this day before this one. */
export function settle(
  purchase: Purchase,
  session: EndedSession,
  rule: EarlyFailRule,
  earlyFailsToday: number,
): Settlement {
  const seconds = session.meteredSeconds;
  switch (session.end) {
    case 'succeeded':
    case 'stopped':
    case 'out_of_memory':
      return { reason: 'used', captured: captureSeconds(purchase, seconds) };
    case 'not_running':
      return { reason: 'not_running', captured: [] };
    case 'user_error':
      return seconds <= BigInt(rule.withinSeconds) && earlyFailsToday < rule.perDay
        ? { reason: 'early_fail', captured: [] }
        : { reason: 'used', captured: captureSeconds(purchase, seconds) };
    case 'platform_fault':
      // Charged would be the time up to the last checkpoint mark; sessions make no marks yet, so nothing is.
      return { reason: 'platform_fault', captured: [] };
    case 'limit':
      return { reason: 'limit', captured: withoutZeros(purchase.held) };
  }
}
