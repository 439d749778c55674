import { US_PER_DAY } from './calendar';
import type { RuleEvent } from './rule-event';
import type { TrustPolicy } from './rule-source';

/** An operator's word on a user's trust. */
export interface TrustOverride {
  /** A level in place of the computed one, or null. */
  readonly overrideLevel: number | null;
  /** Confirmed abuse: keeps the user below every level that asks for none, an operator's level too. */
  readonly abuseConfirmed: boolean;
}

/** What the trust level is computed from; facts that arrived so far, in order of arrival. */
export interface TrustFacts extends TrustOverride {
  /** Event time of the first verified registration to arrive, or null. */
  readonly registeredAtUs: bigint | null;
  /** Of succeeded jobs of any length. */
  readonly succeededDeviceSeconds: bigint;
  /** A factor was enrolled and none removed since. */
  readonly factorEnrolled: boolean;
  /** Paid awards of the value lane, pending ones included, reversed ones not. */
  readonly valueLaneAwards: bigint;
  /** Milli-points paid by the value lane and not reversed. */
  readonly valueLanePoints: bigint;
}

export const NO_TRUST: TrustFacts = {
  registeredAtUs: null,
  succeededDeviceSeconds: 0n,
  factorEnrolled: false,
  valueLaneAwards: 0n,
  valueLanePoints: 0n,
  overrideLevel: null,
  abuseConfirmed: false,
};

const MILLI_POINTS_PER_POINT = 1000n;

/**
 * The trust level at an instant: how many levels of the policy hold in a row, or the operator's. Ages are of 24-hour
 * days, the bound included.
 */
export function trustLevel(policy: TrustPolicy, facts: TrustFacts, atUs: bigint): number {
  const failing = policy.levels.findIndex((level) => !holds(level, facts, atUs));
  const computed = failing === -1 ? policy.levels.length : failing;
  return Math.min(facts.overrideLevel ?? computed, bound(policy, facts));
}

/** The highest level that confirmed abuse leaves open. */
function bound(policy: TrustPolicy, facts: TrustFacts): number {
  if (!facts.abuseConfirmed) return policy.levels.length;
  const closed = policy.levels.findIndex((level) => level.no_confirmed_abuse === true);
  return closed === -1 ? policy.levels.length : closed;
}

function holds(level: TrustPolicy['levels'][number], facts: TrustFacts, atUs: bigint): boolean {
  if (level.registered_days !== undefined) {
    if (facts.registeredAtUs === null) return false;
    if (atUs - facts.registeredAtUs < BigInt(level.registered_days) * US_PER_DAY) return false;
  }
  if (level.factor_enrolled === true && !facts.factorEnrolled) return false;
  if (level.no_confirmed_abuse === true && facts.abuseConfirmed) return false;
  if (facts.succeededDeviceSeconds < BigInt(level.succeeded_device_seconds ?? 0)) return false;
  if (facts.valueLaneAwards < BigInt(level.value_lane_awards ?? 0)) return false;
  return facts.valueLanePoints >= BigInt(level.value_lane_points ?? 0) * MILLI_POINTS_PER_POINT;
}

/** The trust facts after an award of the value lane of so many milli-points. */
export function trustAfterAward(facts: TrustFacts, milliPoints: bigint): TrustFacts {
  return {
    ...facts,
    valueLaneAwards: facts.valueLaneAwards + 1n,
    valueLanePoints: facts.valueLanePoints + milliPoints,
  };
}

/** The trust facts after an event; awards of the value lane are added by the deciding rules. */
export function trustAfterEvent(facts: TrustFacts, event: RuleEvent): TrustFacts {
  if (event.subject !== event.beneficiary) return facts;
  switch (event.type) {
    case 'ai.kuda.account.registered.v1':
      if (event.data['verified'] !== true || facts.registeredAtUs !== null) return facts;
      return { ...facts, registeredAtUs: event.timeUs };
    case 'ai.kuda.account.factor_enrolled.v1':
      return facts.factorEnrolled ? facts : { ...facts, factorEnrolled: true };
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
