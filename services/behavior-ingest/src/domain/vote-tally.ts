/** How votes are weighed and when their sum is announced; data of the rule set. */
export interface VotePolicy {
  /** Weight of a vote by the voter's trust level, in thousandths; the last one holds for all levels above. */
  readonly milliVotesByTrustLevel: readonly number[];
  /** Sums that are announced, in whole votes, ascending. */
  readonly thresholds: readonly number[];
}

/** One `model.voted` event, with the voter's trust level when it was cast. */
export interface CastVote {
  readonly modelId: string;
  readonly owner: string;
  readonly voter: string;
  readonly vote: 'up' | 'withdrawn';
  readonly level: number;
}

/** What is known of a model's votes. */
export interface ModelTally {
  /** Of the first vote seen. */
  readonly owner: string;
  /** Sum of the standing votes' weights, in thousandths. */
  readonly sum: number;
  /** Thresholds announced so far: each once, whatever becomes of the sum. */
  readonly announced: readonly number[];
}

/** A tally after a vote. */
export interface Counted {
  readonly tally: ModelTally;
  /** Weight of the voter's standing vote, in thousandths; null when none stands. */
  readonly standing: number | null;
  /** Thresholds that this vote has reached for the first time. */
  readonly reached: readonly number[];
}

export const MILLI = 1000;

/**
 * Counts one vote (DOMAIN.md section 3): each user has one standing vote a model, none for an own one, weighted by
 * the voter's level when it was cast. A second `up` leaves the first as it is.
 */
export function countVote(
  policy: VotePolicy,
  before: ModelTally | null,
  standing: number | null,
  vote: CastVote,
): Counted {
  const tally = before ?? { owner: vote.owner, sum: 0, announced: [] };
  const isOwn = vote.voter === vote.owner || vote.voter === tally.owner;
  if (isOwn) return { tally, standing: null, reached: [] };
  if (vote.vote === 'withdrawn') {
    return { tally: { ...tally, sum: tally.sum - (standing ?? 0) }, standing: null, reached: [] };
  }
  if (standing !== null) return { tally, standing, reached: [] };
  const weight = policy.milliVotesByTrustLevel[vote.level] ?? policy.milliVotesByTrustLevel.at(-1) ?? 0;
  const sum = tally.sum + weight;
  const reached = policy.thresholds.filter(
    (threshold) => threshold * MILLI <= sum && !tally.announced.includes(threshold),
  );
  return { tally: { ...tally, sum, announced: [...tally.announced, ...reached] }, standing: weight, reached };
}
