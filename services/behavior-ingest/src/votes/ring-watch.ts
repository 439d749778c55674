import { createHash } from 'node:crypto';
import type { Clock, SqlPool } from '@kuda/event-store';
import { toRfc3339 } from '@kuda/service-kit';
import { findRings, type Ring } from '../domain/collusion';
import type { DerivedEvent } from './derived-event';
import type { RingRules } from './ring-policy';
import * as store from './ring.store';

/** How often new votes are looked at, in milliseconds. */
export const RING_WATCH_MS = 2_000;
/** Votes that one search takes in; the latest count. */
export const MAX_WINDOW_VOTES = 50_000;
const RING_ID_HEX = 24;
const US_PER_DAY = 86_400_000_000n;
const RISK_FLAGGED = 'ai.kuda.risk.flagged.v1';
const SOURCE = '/kuda/risk';

export interface RingWatchParts {
  readonly pool: SqlPool;
  readonly clock: Clock;
  readonly rules: RingRules;
  /** Accepts derived events; what was accepted before is not accepted twice. */
  readonly announce: (events: readonly DerivedEvent[]) => Promise<void>;
  readonly onError: (error: Error) => void;
}

/**
 * Looks for rings whenever there are new votes, and has the awards of their members wait for an operator: one derived
 * `risk.flagged` event a member, decided by the ledger like any other input.
 */
export class RingWatch {
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> = Promise.resolve();
  private seen = '';

  constructor(private readonly parts: RingWatchParts) {}

  start(): void {
    this.timer = setInterval(() => {
      this.looking = this.looking.then(() => this.look()).catch(this.parts.onError);
    }, RING_WATCH_MS).unref();
  }

  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.looking;
  }

  /** One search over the window; does nothing when there are no new votes. */
  async look(): Promise<void> {
    const { pool, clock, rules } = this.parts;
    const mark = await store.votesMark(pool);
    if (mark === this.seen) return;
    const nowUs = clock.nowUs();
    const votes = await store.votesSince(pool, nowUs - rules.windowUs, MAX_WINDOW_VOTES);
    for (const ring of findRings(votes, rules)) await this.flag(ring, nowUs);
    this.seen = mark;
  }

  private async flag(ring: Ring, nowUs: bigint): Promise<void> {
    const { pool, rules, announce } = this.parts;
    const held = await store.heldUsers(pool, ring.members, nowUs);
    const free = ring.members.filter((member) => !held.has(member));
    if (free.length === 0) return;
    const found = { ...ring, ringId: ringIdOf(ring), foundAtUs: nowUs, heldUntilUs: nowUs + rules.holdUs };
    await announce(free.map((member) => riskFlagged(member, found)));
    await pool.transaction((tx) => store.saveRing(tx, found));
  }
}

/** The same members are the same ring. */
function ringIdOf({ kind, members }: Ring): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([kind, members]))
    .digest('hex');
  return `ring-${digest.slice(0, RING_ID_HEX)}`;
}

const DETAILS: Readonly<Record<Ring['kind'], string>> = {
  lockstep:
    'The votes of a group that this account belongs to look arranged; an operator looks at its awards.',
  mutual: 'Votes of this account are returned more often than not; an operator looks at its awards.',
};

function riskFlagged(member: string, ring: store.FoundRing): DerivedEvent {
  const { ringId, kind, members, votes, share } = ring;
  // A ring that goes on after its hold is held again, under an id of that day.
  const riskHoldId = `${ringId}.${(ring.foundAtUs / US_PER_DAY).toString()}`;
  return {
    source: SOURCE,
    eventId: `${riskHoldId}/${member}`,
    type: RISK_FLAGGED,
    subject: member,
    timeUs: ring.foundAtUs,
    data: {
      risk_hold_id: riskHoldId,
      kind: 'collusion',
      detail: DETAILS[kind],
      until: toRfc3339(ring.heldUntilUs),
      evidence: { ring: kind, members, votes, share },
    },
    traceparent: null,
  };
}
