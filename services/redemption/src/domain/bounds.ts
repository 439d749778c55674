import type { Allowance, GpuClass, Policy, TrustLevel } from './offer';

/** Each rule that a wish may break has one name. */
export type BoundsRefusal =
  | 'gpu_count_outer_bound'
  | 'duration_outer_bound'
  | 'duration_too_short'
  | 'gpu_class_above_trust'
  | 'gpu_count_above_trust'
  | 'duration_above_trust'
  | 'rolling_window_used_up'
  | 'session_limit';

export interface Wish {
  readonly gpuClass: GpuClass;
  readonly gpuCount: number;
  readonly durationSeconds: number;
  /** The welcome hours pay every second of it. */
  readonly wholeByHours: boolean;
}

export interface MemberStanding {
  readonly level: TrustLevel;
  /** GPU-seconds of the window's classes that the user took in the rolling window. */
  readonly rollingGpuSeconds: bigint;
  /** Redemptions of the user that are neither settled nor refused. */
  readonly liveRedemptions: number;
}

/** The rows in force for a level: its own and those of the levels below it. */
function allowancesOf(policy: Policy, level: TrustLevel): readonly Allowance[] {
  return policy.levels.filter((entry) => entry.level <= level).flatMap((entry) => entry.allowances);
}

/** True when the wish would bring the user above the GPU-seconds of the rolling window of their level. */
export function isWindowUsedUp(
  policy: Policy,
  wish: Omit<Wish, 'wholeByHours'>,
  standing: Omit<MemberStanding, 'liveRedemptions'>,
): boolean {
  const bound = policy.levels.find((entry) => entry.level === standing.level)?.rollingGpuSeconds ?? null;
  if (bound === null || !policy.rollingWindow.gpuClasses.includes(wish.gpuClass)) return false;
  const wished = BigInt(wish.gpuCount) * BigInt(wish.durationSeconds);
  return standing.rollingGpuSeconds + wished > BigInt(bound);
}

/**
 * The first rule that a wish breaks, or null. Order: what nobody may have (outer bound, least duration), what the
 * level may not have (class, then count, then duration), what the user has used up (rolling window, sessions).
 */
export function brokenBound(policy: Policy, wish: Wish, standing: MemberStanding): BoundsRefusal | null {
  if (wish.gpuCount > policy.outerBound.gpuCount) return 'gpu_count_outer_bound';
  if (wish.durationSeconds > policy.outerBound.durationSeconds) return 'duration_outer_bound';
  if (wish.durationSeconds < policy.minDurationSeconds) return 'duration_too_short';

  const open = allowancesOf(policy, standing.level).filter(
    (row) => !row.welcomeHoursOnly || wish.wholeByHours,
  );
  const ofClass = open.filter((row) => row.gpuClasses.includes(wish.gpuClass));
  if (ofClass.length === 0) return 'gpu_class_above_trust';
  const ofCount = ofClass.filter((row) => wish.gpuCount <= row.gpuCount);
  if (ofCount.length === 0) return 'gpu_count_above_trust';
  const ofDuration = ofCount.filter((row) => wish.durationSeconds <= row.durationSeconds);
  if (ofDuration.length === 0) return 'duration_above_trust';

  if (isWindowUsedUp(policy, wish, standing)) return 'rolling_window_used_up';
  if (standing.liveRedemptions >= policy.activeSessions + policy.queuedSessions) return 'session_limit';
  return null;
}
