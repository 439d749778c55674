import { ActivityAcceptedSchema, fromBinary } from '@kuda/contracts';
import { Projector, sqlUnit, systemClock, type SqlClient } from '@kuda/event-store';
import { NO_TRUST } from '@kuda/rules';
import { eventually } from '@kuda/testing';
import { anIntake, fromHttp, type IntakeFixture, type IntakeLife } from '../intake/test/intake.fixture';
import { acceptDerived, type DerivedEvent } from './derived-event';
import { loadRingPolicy } from './ring-policy';
import { RingWatch } from './ring-watch';
import { saveTrust } from './vote.store';
import { VoteProjection, VOTES_PROJECTION } from './vote.projection';

jest.setTimeout(60_000);

const POLICY = { milliVotesByTrustLevel: [0, 500, 1000, 1500], thresholds: [5, 20, 50] };
/** Nobody gets there by age: only an operator's word counts. */
const TRUST = { levels: [1, 2, 3].map(() => ({ registered_days: 36_500 })) };
const OWNER = 'author';

describe('votes on a real database', () => {
  let intake: IntakeFixture;
  let life: IntakeLife;
  let tally: Projector<SqlClient> | null = null;

  beforeEach(async () => {
    intake = await anIntake();
    life = await intake.begin();
  });

  afterEach(async () => {
    await tally?.stop();
    tally = null;
    await life.stop();
    await intake.end();
  });

  const announce = async (events: readonly DerivedEvent[]): Promise<void> => {
    await life.committer.submit(events.map(acceptDerived));
  };

  /** Follows the log until all of it is tallied. */
  async function tallyAll(told = announce): Promise<void> {
    const projection = new VoteProjection({ policy: POLICY, trust: TRUST, announce: told });
    tally ??= new Projector({
      ...VOTES_PROJECTION,
      sql: intake.pool,
      unit: sqlUnit(intake.pool),
      apply: (tx, entries) => projection.apply(tx, entries),
      signal: life.committer,
      onFatal: (error) => {
        throw error;
      },
    });
    tally.start();
    const entries = await intake.entries();
    await eventually(() => {
      expect(tally?.position).toBeGreaterThanOrEqual(entries.at(-1)?.position ?? 0n);
    });
  }

  let votes = 0;
  async function vote(
    voter: string,
    owner: string,
    more: { model?: string; backfill?: boolean } = {},
  ): Promise<void> {
    votes += 1;
    const data = { model_id: more.model ?? `model of ${owner}`, owner, vote: 'up' };
    const event = { specversion: '1.0', id: `vote-${String(votes)}`, source: '/test', subject: voter, data };
    const raw = JSON.stringify({ ...event, type: 'ai.kuda.model.voted.v1', time: new Date().toISOString() });
    await life.handler.record([{ ...fromHttp(raw, event.id), backfill: more.backfill ?? false }]);
  }

  async function derived(type: string): Promise<{ subject: string; data: unknown }[]> {
    return (await intake.entries()).flatMap(({ kind, payload }) => {
      if (kind !== 'ActivityAccepted') return [];
      const event = fromBinary(ActivityAcceptedSchema, payload);
      if (event.type !== `ai.kuda.${type}.v1`) return [];
      return [
        { subject: event.subject, data: JSON.parse(Buffer.from(event.dataJson).toString()) as unknown },
      ];
    });
  }

  it('announces a threshold once, as an event for the author, whatever breaks in between', async () => {
    const trusted = Array.from({ length: 10 }, (_, n) => `voter-${String(n)}`);
    const facts = { ...NO_TRUST, overrideLevel: 1 };
    await saveTrust(
      intake.pool,
      trusted.map((userId) => ({ userId, accountVersion: 1n, facts })),
    );
    await vote('stranger', OWNER);
    await vote(OWNER, OWNER);
    for (const voter of trusted) await vote(voter, OWNER);
    let failures = 0;
    await tallyAll(async (events) => {
      await announce(events);
      failures += 1;
      if (failures === 1) throw new Error('the connection went after the event was recorded');
    });
    expect(await derived('model.vote_threshold_reached')).toEqual([
      { subject: OWNER, data: { model_id: `model of ${OWNER}`, threshold: 5, weighted_votes: 5 } },
    ]);
    expect(failures).toBe(2);
    expect((await intake.entries()).map(({ kind }) => kind)).not.toContain('ActivityDuplicated');
  });

  it('does not tally votes of the past', async () => {
    await saveTrust(intake.pool, [
      { userId: 'voter', accountVersion: 1n, facts: { ...NO_TRUST, overrideLevel: 3 } },
    ]);
    await vote('voter', OWNER, { backfill: true });
    await tallyAll();
    const { rows } = await intake.pool.query('select from vote_tally');
    expect(rows).toEqual([]);
  });

  it('flags each member of a ring once; who joins later is flagged alone', async () => {
    const ring = Array.from({ length: 8 }, (_, n) => `ring-${String(n)}`);
    for (const voter of ring) for (const owner of ring) if (voter !== owner) await vote(voter, owner);
    await vote('honest', 'ring-0');
    await tallyAll();
    const watch = new RingWatch({
      pool: intake.pool,
      clock: systemClock,
      rules: loadRingPolicy(),
      announce,
      onError: (error) => {
        throw error;
      },
    });
    await watch.look();
    await watch.look();
    const flagged = await derived('risk.flagged');
    expect(flagged.map(({ subject }) => subject).sort()).toEqual(ring);
    expect(flagged[0]?.data).toMatchObject({ kind: 'collusion', evidence: { members: ring, votes: 56 } });

    for (const owner of ring) await vote('ring-9', owner);
    for (const voter of ring) await vote(voter, 'ring-9');
    await tallyAll();
    await watch.look();
    const subjects = (await derived('risk.flagged')).map(({ subject }) => subject).sort();
    expect(subjects).toEqual([...ring, 'ring-9']);
  });
});
