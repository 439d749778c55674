import type { ActivityEvent, Claim } from '../domain/activity-event';
import { dayOf, HOUR_US, type AccountCount, type VoteCount } from '../domain/risk';

/** An account that used a device, or registered under a person key, on a day. */
export interface Sighting extends Claim {
  readonly day: number;
  readonly account: string;
}

/** A vote for an author at its own time, microseconds. */
export interface CastVote {
  readonly author: string;
  readonly timeUs: bigint;
}

/** What the database says of one sighting that is asked about. */
export interface KnownSighting extends Sighting {
  /** Distinct accounts of that mark and day, counted up to a bound. */
  readonly accounts: number;
  /** This account is one of them. */
  readonly isKnown: boolean;
}

/** What the database says of one vote that is asked about. */
export interface KnownVotes extends CastVote {
  /** Votes of the hour up to it, counted up to a bound. */
  readonly votes: number;
}

/** The sighting that an event is, or null. */
export function sightingOf({ accountMark, subject, timeUs }: ActivityEvent): Sighting | null {
  return accountMark === null ? null : { ...accountMark, day: dayOf(timeUs), account: subject };
}

/** The vote that an event casts, or null; a vote that is taken back is none. */
export function castVoteOf({ vote, timeUs }: ActivityEvent): CastVote | null {
  return vote?.up === true ? { author: vote.author, timeUs } : null;
}

function markKey({ kind, value, day }: Sighting): string {
  return `${kind}\n${value}\n${String(day)}`;
}

function voteKey({ author, timeUs }: CastVote): string {
  return `${author}\n${timeUs.toString()}`;
}

interface Mark {
  accounts: number;
  readonly known: Set<string>;
}

/**
 * Counts across users while one batch is decided: what was committed before it, and what earlier events of the batch
 * have added.
 */
export class CrossingFacts {
  readonly newSightings: (Sighting & { readonly position: bigint })[] = [];
  readonly newVotes: (CastVote & { readonly position: bigint })[] = [];
  private readonly marks = new Map<string, Mark>();
  private readonly votesBefore: ReadonlyMap<string, number>;

  constructor(sightings: readonly KnownSighting[], votes: readonly KnownVotes[]) {
    for (const sighting of sightings) {
      const mark = this.mark(sighting);
      mark.accounts = sighting.accounts;
      if (sighting.isKnown) mark.known.add(sighting.account);
    }
    this.votesBefore = new Map(votes.map((vote) => [voteKey(vote), vote.votes]));
  }

  /** Counts the account in and says how many there are now. */
  countAccount(sighting: Sighting, position: bigint): AccountCount {
    const { kind, value, day, account } = sighting;
    const mark = this.mark(sighting);
    if (!mark.known.has(account)) {
      mark.known.add(account);
      mark.accounts += 1;
      this.newSightings.push({ ...sighting, position });
    }
    return { kind, value, day, accounts: mark.accounts };
  }

  /** Counts the vote in and says how many the author had in the hour up to it. */
  countVote(vote: CastVote, position: bigint): VoteCount {
    const { author, timeUs } = vote;
    this.newVotes.push({ ...vote, position });
    const ofBatch = this.newVotes.filter(
      (other) => other.author === author && other.timeUs <= timeUs && other.timeUs > timeUs - HOUR_US,
    );
    return { author, votes: (this.votesBefore.get(voteKey(vote)) ?? 0) + ofBatch.length };
  }

  private mark(sighting: Sighting): Mark {
    const key = markKey(sighting);
    const known = this.marks.get(key);
    if (known !== undefined) return known;
    const fresh: Mark = { accounts: 0, known: new Set() };
    this.marks.set(key, fresh);
    return fresh;
  }
}
