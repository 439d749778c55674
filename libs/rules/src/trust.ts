import { US_PER_DAY } from './calendar';
import type { RuleEvent } from './rule-event';
import type { TrustPolicy } from './rule-source';

/** What the trust level is computed from; facts that arrived so far, in order of arrival. */
export interface TrustFacts {
  /** Event time of the first verified registration to arrive, or null. */
  readonly registeredAtUs: bigint | null;
  /** Of succeeded jobs of any length. */
  readonly succeededDeviceSeconds: bigint;
  /** A factor was enrolled and none removed since. */
  readonly factorEnrolled: boolean;
  /** Paid awards of the value lane, pending ones included. */
  readonly valueLaneAwards: bigint;
  /** Milli-points paid by the value lane. */
  readonly valueLanePoints: bigint;
}

export const NO_TRUST: TrustFacts = {
  registeredAtUs: null,
  succeededDeviceSeconds: 0n,
  factorEnrolled: false,
  valueLaneAwards: 0n,
  valueLanePoints: 0n,
};

const MILLI_POINTS_PER_POINT = 1000n;

/**
 * The trust level at an instant: how many levels of the policy hold in a row. Ages are of 24-hour days, the bound
 * included.
 */
export function trustLevel(policy: TrustPolicy, facts: TrustFacts, atUs: bigint): number {
  const failing = policy.levels.findIndex((level) => !holds(level, facts, atUs));
  return failing === -1 ? policy.levels.length : failing;
}

function holds(level: TrustPolicy['levels'][number], facts: TrustFacts, atUs: bigint): boolean {
  if (level.registered_days !== undefined) {
    if (facts.registeredAtUs === null) return false;
    if (atUs - facts.registeredAtUs < BigInt(level.registered_days) * US_PER_DAY) return false;
  }
  if (level.factor_enrolled === true && !facts.factorEnrolled) return false;
  if (facts.succeededDeviceSeconds < BigInt(level.succeeded_device_seconds ?? 0)) return false;
  if (facts.valueLaneAwards < BigInt(level.value_lane_awards ?? 0)) return false;
  return facts.valueLanePoints >= BigInt(level.value_lane_points ?? 0) * MILLI_POINTS_PER_POINT;
}

/** The trust facts after an event; awards of the value lane are added by the deciding rules. */
export function trustAfterEvent(facts: TrustFacts, event: RuleEvent): TrustFacts {
  if (event.subject !== event.beneficiary) return facts;
  switch (event.type) {
    case 'ai.kuda.account.registered.v1':
      if (event.data['verified'] !== true || facts.registeredAtUs !== null) return facts;
      return { ...facts, registeredAtUs: event.timeUs };
    case 'ai.kuda.account.factor_enrolled.v1':
      return { ...facts, factorEnrolled: true };
    case 'ai.kuda.account.credential_changed.v1':
      return event.data['what'] === 'factor_removed' ? { ...facts, factorEnrolled: false } : facts;
    case 'ai.kuda.training.job.completed.v1': {
      const seconds = event.data['device_seconds'];
      if (event.data['status'] !== 'succeeded' || !Number.isSafeInteger(seconds)) return facts;
      const succeededDeviceSeconds = facts.succeededDeviceSeconds + BigInt(Number(seconds));
      return { ...facts, succeededDeviceSeconds };
    }
    default:
      return facts;
  }
}
