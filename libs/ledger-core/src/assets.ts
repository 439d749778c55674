/** Ranks, and is never spent, owed or given by hand. */
export const INFLUENCE = 'INFLUENCE';
export const POINT = 'POINT';

const CLASSED = /^(?:GPU_SECOND|TPU_SECOND)\/[a-z0-9][a-z0-9.-]{0,31}$/;
const PLAIN: ReadonlySet<string> = new Set([POINT, 'CI_SECOND', 'LOADTEST_VU_SECOND']);

/** Whether there can be lots of it that are spent. */
export function isSpendable(asset: string): boolean {
  return PLAIN.has(asset) || CLASSED.test(asset);
}
