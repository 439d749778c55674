/**
 * Velocity across users (DOMAIN.md section 6): what is found makes awards wait, it never changes them. Counted
 * over what has arrived, by the events' own times.
 */

/** The bounds of one version of the policy; in force for events from an instant on. */
export interface RiskPolicy {
  readonly version: bigint;
  readonly effectiveFromUs: bigint;
  /** More distinct accounts than this on one device, or under one person key, on one day. */
  readonly accountsPerDay: number;
  /** More votes than this to one author in the hour up to the vote. */
  readonly votesPerHour: number;
}

/** Reasons on the wire; a third, `collusion`, is found elsewhere. */
export type RiskReason = 'velocity_accounts' | 'velocity_votes';

/** Why awards of an event wait, with what speaks for it. */
export interface Risk {
  readonly reasons: readonly RiskReason[];
  /** Canonical JSON: members in the order of their names. */
  readonly evidenceJson: string;
}

/** Distinct accounts seen with a device or person key on a day, the event's own included. */
export interface AccountCount {
  readonly kind: string;
  readonly value: string;
  readonly day: number;
  readonly accounts: number;
}

/** Votes for an author in the hour up to a vote, that one included. */
export interface VoteCount {
  readonly author: string;
  readonly votes: number;
}

export const HOUR_US = 3_600_000_000n;
const DAY_US = 24n * HOUR_US;
/** Days are those of Asia/Shanghai (DOMAIN.md section 3), which has had one offset since 1991. */
const ZONE_OFFSET_US = 8n * HOUR_US;
const MS_PER_DAY = 86_400_000;

/** The calendar day of an instant, counted from 1970-01-01. */
export function dayOf(timeUs: bigint): number {
  return Number((timeUs + ZONE_OFFSET_US) / DAY_US);
}

function dateText(day: number): string {
  return new Date(day * MS_PER_DAY).toISOString().slice(0, 'yyyy-mm-dd'.length);
}

/** The version in force for an event of this time; of several from the same instant on, the latest. */
export function policyAt(policies: readonly RiskPolicy[], timeUs: bigint): RiskPolicy | null {
  let found: RiskPolicy | null = null;
  for (const policy of policies) {
    if (policy.effectiveFromUs > timeUs) continue;
    const later =
      found === null ||
      policy.effectiveFromUs > found.effectiveFromUs ||
      (policy.effectiveFromUs === found.effectiveFromUs && policy.version > found.version);
    if (later) found = policy;
  }
  return found;
}

/** What the counts say under a policy; null: nothing speaks against the event. */
export function riskOf(
  counts: { readonly accounts: AccountCount | null; readonly votes: VoteCount | null },
  policy: RiskPolicy | null,
): Risk | null {
  if (policy === null) return null;
  const { accounts, votes } = counts;
  const evidence: Partial<Record<RiskReason, object>> = {};
  const version = Number(policy.version);
  if (accounts !== null && accounts.accounts > policy.accountsPerDay) {
    evidence.velocity_accounts = {
      accounts: accounts.accounts,
      day: dateText(accounts.day),
      kind: accounts.kind,
      limit: policy.accountsPerDay,
      policy: version,
      value: accounts.value,
    };
  }
  if (votes !== null && votes.votes > policy.votesPerHour) {
    evidence.velocity_votes = {
      author: votes.author,
      limit: policy.votesPerHour,
      policy: version,
      votes: votes.votes,
    };
  }
  const reasons = Object.keys(evidence) as RiskReason[];
  return reasons.length === 0 ? null : { reasons, evidenceJson: JSON.stringify(evidence) };
}
