import { ANY_GPU_SECOND, least, POINT, withoutZeros, type AssetAmount } from './amounts';

const SECONDS_PER_HOUR = 3600n;

/** `hours_first` spends the GPU hours before points; `points_only` leaves them alone. */
export type Funding = 'hours_first' | 'points_only';

/** Milli-points for `seconds` on `gpuCount` GPUs, rounded down in the user's favour. */
export function pointsCost(milliPointsPerHour: bigint, gpuCount: number, seconds: bigint): bigint {
  return (milliPointsPerHour * BigInt(gpuCount) * seconds) / SECONDS_PER_HOUR;
}

export interface FundingRequest {
  readonly funding: Funding;
  readonly gpuCount: number;
  readonly durationSeconds: number;
  readonly milliPointsPerHour: bigint;
  /** Available seconds of `GPU_SECOND/any`. */
  readonly availableGpuSeconds: bigint;
}

export interface FundingSplit {
  /** What is held; no zero amounts, GPU seconds first. */
  readonly price: readonly AssetAmount[];
  readonly gpuSeconds: bigint;
  readonly milliPoints: bigint;
  /** True when no second is paid in points. */
  readonly wholeByHours: boolean;
}

/**
 * Splits a session into seconds that the GPU hours pay and milli-points for the rest. Hours pay one for one, and only
 * for one GPU at a time.
 */
export function splitFunding(request: FundingRequest): FundingSplit {
  const duration = BigInt(request.durationSeconds);
  const mayUseHours = request.funding === 'hours_first' && request.gpuCount === 1;
  const gpuSeconds = mayUseHours ? least(request.availableGpuSeconds, duration) : 0n;
  const milliPoints = pointsCost(request.milliPointsPerHour, request.gpuCount, duration - gpuSeconds);
  const price = withoutZeros([
    { asset: ANY_GPU_SECOND, amount: gpuSeconds },
    { asset: POINT, amount: milliPoints },
  ]);
  return { price, gpuSeconds, milliPoints, wholeByHours: gpuSeconds === duration };
}
