import {
  countVote,
  findRings,
  type ModelTally,
  type Ring,
  type VoteEdge,
} from '@kuda/behavior-ingest/domain';
import { decide, dueCommand, newAccount, type Account, type Activity, type Command } from '@kuda/ledger-core';
import { trustLevel, type RuleSet } from '@kuda/rules';

const SECOND_US = 1_000_000n;
export const HOUR_US = 3_600n * SECOND_US;
export const DAY_US = 24n * HOUR_US;
/** As the service ships it (services/behavior-ingest/policies/rings.json). */
const RINGS = { minVoters: 5, minTargets: 4, minDensity: 0.5, minVotesGiven: 6, maxMutualShare: 0.4 };
const RING_WINDOW_US = 7n * DAY_US;
const RING_HOLD_US = 7n * DAY_US;

/**
 * Intake and ledger as pure functions on one virtual clock, without a bus: votes are tallied, rings are looked for
 * after every vote, and every account's time is kept. For questions about weeks of behaviour.
 */
export class SimulatedPlatform {
  readonly rings: Ring[] = [];
  private readonly accounts = new Map<string, Account>();
  private readonly tallies = new Map<string, ModelTally>();
  private readonly standing = new Map<string, number>();
  private readonly votes: (VoteEdge & { readonly atUs: bigint })[] = [];
  private readonly heldUntil = new Map<string, bigint>();
  private position = 0n;
  private events = 0;

  constructor(
    private readonly set: RuleSet,
    public nowUs: bigint,
  ) {}

  /** Lets time pass for every account. */
  wait(us: bigint): void {
    this.nowUs += us;
    for (const user of this.accounts.keys()) this.settleDue(user);
  }

  /** An event that happens now. */
  event(type: string, subject: string, data: Readonly<Record<string, unknown>>, beneficiary = subject): void {
    this.events += 1;
    this.run(beneficiary, {
      type: 'decide-activity',
      activity: this.activity(type, { subject, beneficiary, data }),
    });
  }

  /** A vote that is cast now. */
  vote(voter: string, owner: string, modelId: string): void {
    const place = `${voter} ${modelId}`;
    const rules = this.accounts.get(voter)?.rules;
    const level = rules === undefined ? 0 : trustLevel(this.set.trust, rules.trust, this.nowUs);
    const vote = { modelId, owner, voter, vote: 'up' as const, level };
    const before = this.tallies.get(modelId) ?? null;
    const counted = countVote(this.set.votes, before, this.standing.get(place) ?? null, vote);
    this.tallies.set(modelId, counted.tally);
    if (counted.standing !== null) this.standing.set(place, counted.standing);
    for (const threshold of counted.reached) {
      this.event('ai.kuda.model.vote_threshold_reached.v1', owner, { model_id: modelId, threshold });
    }
    this.votes.push({ voter, target: owner, atUs: this.nowUs });
    this.lookForRings();
  }

  /** Points that can be spent. */
  points(user: string): bigint {
    return this.accounts.get(user)?.balances.get('POINT')?.available ?? 0n;
  }

  /** Points that wait, for their time or for an operator. */
  pendingPoints(user: string): bigint {
    return this.accounts.get(user)?.balances.get('POINT')?.pending ?? 0n;
  }

  private lookForRings(): void {
    const inWindow = this.votes.filter(({ atUs }) => atUs > this.nowUs - RING_WINDOW_US);
    for (const ring of findRings(inWindow, RINGS)) {
      const free = ring.members.filter((member) => (this.heldUntil.get(member) ?? 0n) <= this.nowUs);
      if (free.length === 0) continue;
      this.rings.push(ring);
      for (const member of free) this.hold(member);
    }
  }

  private hold(member: string): void {
    const untilUs = this.nowUs + RING_HOLD_US;
    this.heldUntil.set(member, untilUs);
    this.run(member, {
      type: 'place-risk-hold',
      riskHoldId: `ring-${String(this.rings.length)}`,
      kind: 'collusion',
      detail: 'Votes look arranged.',
      evidenceJson: '{}',
      untilUs,
    });
  }

  private activity(
    type: string,
    { data, ...users }: Pick<Activity, 'subject' | 'beneficiary' | 'data'>,
  ): Activity {
    return {
      ...users,
      source: '/simulated',
      eventId: String(this.events),
      type,
      time: new Date(Number(this.nowUs / 1000n)).toISOString(),
      timeUs: this.nowUs,
      dataJson: Buffer.from(JSON.stringify(data)),
      data,
      backfill: false,
      ...(type.includes('account.registered') ? { personKeyFirst: true } : {}),
    };
  }

  private run(user: string, command: Command): void {
    this.settleDue(user);
    this.record(user, command);
  }

  private settleDue(user: string): void {
    for (let due = this.due(user); due !== null; due = this.due(user)) this.record(user, due);
  }

  private due(user: string): Command | null {
    return dueCommand(this.account(user), this.nowUs);
  }

  private account(user: string): Account {
    return this.accounts.get(user) ?? newAccount(user);
  }

  private record(user: string, command: Command): void {
    this.position += 1n;
    const before = this.account(user);
    const facts = {
      position: this.position,
      version: before.version + 1n,
      recordedAtUs: this.nowUs,
      transactions: () => null,
      history: () => [],
    };
    this.accounts.set(user, decide(this.set, before, command, facts).account);
  }
}
