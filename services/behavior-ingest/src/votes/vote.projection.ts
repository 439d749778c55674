import { ActivityAcceptedSchema, fromBinary } from '@kuda/contracts';
import type { SqlClient, StoredEntry } from '@kuda/event-store';
import { NO_TRUST, trustLevel, type TrustPolicy } from '@kuda/rules';
import { countVote, MILLI, type CastVote, type ModelTally, type VotePolicy } from '../domain/vote-tally';
import { ENTRY_KINDS } from '../intake/intake-entries';
import type { DerivedEvent } from './derived-event';
import * as store from './vote.store';

/** Name and version of the read model. */
export const VOTES_PROJECTION = { name: 'votes', version: 1 };

const VOTED = 'ai.kuda.model.voted.v1';
const THRESHOLD_REACHED = 'ai.kuda.model.vote_threshold_reached.v1';
const SOURCE = '/kuda/votes';
/** Most entries are not votes: their bytes tell so before they are decoded. */
const VOTED_BYTES = Buffer.from(VOTED);

export interface VoteProjectionParts {
  readonly policy: VotePolicy;
  readonly trust: TrustPolicy;
  /** Accepts derived events; what was accepted before is not accepted twice. Resolves when they are durable. */
  readonly announce: (events: readonly DerivedEvent[]) => Promise<void>;
}

interface LoggedVote extends Omit<CastVote, 'level'> {
  readonly timeUs: bigint;
  readonly traceparent: string | null;
}

/**
 * Tallies the log's votes. A threshold that is reached is announced before the tally is stored: after a crash in
 * between it is derived again, under the same id. Votes of the past (backfill) are not tallied.
 */
export class VoteProjection {
  constructor(private readonly parts: VoteProjectionParts) {}

  async apply(tx: SqlClient, entries: readonly StoredEntry[]): Promise<void> {
    const votes = entries.flatMap(readVote);
    if (votes.length === 0) return;
    const tallies = await store.readTallies(tx, [...new Set(votes.map(({ modelId }) => modelId))]);
    const standing = await store.readStandingVotes(tx, votes);
    const trust = await store.readTrust(tx, [...new Set(votes.map(({ voter }) => voter))]);
    const touched = new Map<string, store.StandingVote>();
    const reached: DerivedEvent[] = [];
    for (const vote of votes) {
      const place = store.votePlace(vote);
      const level = trustLevel(this.parts.trust, trust.get(vote.voter) ?? NO_TRUST, vote.timeUs);
      const before = tallies.get(vote.modelId) ?? null;
      const counted = countVote(this.parts.policy, before, standing.get(place) ?? null, { ...vote, level });
      tallies.set(vote.modelId, counted.tally);
      if (counted.standing === null) standing.delete(place);
      else standing.set(place, counted.standing);
      touched.set(place, { modelId: vote.modelId, voter: vote.voter, weight: counted.standing });
      reached.push(...counted.reached.map((threshold) => thresholdReached(vote, counted.tally, threshold)));
    }
    await store.saveTallies(tx, tallies);
    await store.saveStandingVotes(tx, [...touched.values()]);
    await store.saveCastVotes(
      tx,
      votes.flatMap(({ voter, owner, vote, timeUs }) =>
        vote === 'up' && voter !== owner ? [{ voter, target: owner, votedAtUs: timeUs }] : [],
      ),
    );
    if (reached.length > 0) await this.parts.announce(reached);
  }
}

function readVote(entry: StoredEntry): readonly LoggedVote[] {
  if (entry.kind !== ENTRY_KINDS.accepted || !entry.payload.includes(VOTED_BYTES)) return [];
  const { type, subject, timeUs, backfill, dataJson } = fromBinary(ActivityAcceptedSchema, entry.payload);
  if (type !== VOTED || backfill) return [];
  // Intake has checked the members and their types.
  const data = JSON.parse(Buffer.from(dataJson).toString('utf8')) as {
    readonly model_id: string;
    readonly owner: string;
    readonly vote: CastVote['vote'];
  };
  const { traceparent } = entry;
  return [
    { modelId: data.model_id, owner: data.owner, voter: subject, vote: data.vote, timeUs, traceparent },
  ];
}

function thresholdReached(vote: LoggedVote, tally: ModelTally, threshold: number): DerivedEvent {
  return {
    source: SOURCE,
    eventId: `${vote.modelId}/${String(threshold)}`,
    type: THRESHOLD_REACHED,
    subject: tally.owner,
    timeUs: vote.timeUs,
    data: { model_id: vote.modelId, threshold, weighted_votes: tally.sum / MILLI },
    traceparent: vote.traceparent,
  };
}
