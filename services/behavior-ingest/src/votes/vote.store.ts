import type { SqlClient } from '@kuda/event-store';
import type { TrustFacts } from '@kuda/rules';
import type { ModelTally } from '../domain/vote-tally';

/** A voter's standing vote for a model; a weight of null: none stands any more. */
export interface StandingVote {
  readonly modelId: string;
  readonly voter: string;
  readonly weight: number | null;
}

/** A vote for a model of `target`, as the search for rings sees it. */
export interface VoteCast {
  readonly voter: string;
  readonly target: string;
  readonly votedAtUs: bigint;
}

interface TallyRow {
  readonly model_id: string;
  readonly owner: string;
  readonly weight_sum: bigint;
  readonly announced: number[];
}

export async function readTallies(
  tx: SqlClient,
  modelIds: readonly string[],
): Promise<Map<string, ModelTally>> {
  const { rows } = await tx.query<TallyRow>('select * from vote_tally where model_id = any ($1)', [modelIds]);
  return new Map(
    rows.map(({ model_id: modelId, owner, weight_sum: sum, announced }) => [
      modelId,
      { owner, sum: Number(sum), announced },
    ]),
  );
}

/** Weights of standing votes by `votePlace`. */
export async function readStandingVotes(
  tx: SqlClient,
  votes: readonly { readonly modelId: string; readonly voter: string }[],
): Promise<Map<string, number>> {
  const { rows } = await tx.query<{ model_id: string; voter: string; weight: number }>(
    `select v.* from standing_vote v
       join (select distinct * from unnest($1::text[], $2::text[]) as a (model_id, voter)) asked
      using (model_id, voter)`,
    [votes.map(({ modelId }) => modelId), votes.map(({ voter }) => voter)],
  );
  return new Map(rows.map(({ model_id: modelId, voter, weight }) => [votePlace({ modelId, voter }), weight]));
}

/** One text for a voter and a model. */
export function votePlace({ modelId, voter }: { readonly modelId: string; readonly voter: string }): string {
  return JSON.stringify([modelId, voter]);
}

export async function saveTallies(tx: SqlClient, tallies: ReadonlyMap<string, ModelTally>): Promise<void> {
  for (const [modelId, { owner, sum, announced }] of tallies) {
    await tx.query(
      `insert into vote_tally (model_id, owner, weight_sum, announced) values ($1, $2, $3, $4)
       on conflict (model_id) do update set weight_sum = excluded.weight_sum, announced = excluded.announced`,
      [modelId, owner, sum, [...announced]],
    );
  }
}

export async function saveStandingVotes(tx: SqlClient, votes: readonly StandingVote[]): Promise<void> {
  const gone = votes.filter(({ weight }) => weight === null);
  const kept = votes.filter(({ weight }) => weight !== null);
  await tx.query(
    `delete from standing_vote v using unnest($1::text[], $2::text[]) as g (model_id, voter)
      where v.model_id = g.model_id and v.voter = g.voter`,
    [gone.map(({ modelId }) => modelId), gone.map(({ voter }) => voter)],
  );
  await tx.query(
    `insert into standing_vote (model_id, voter, weight) select * from unnest($1::text[], $2::text[], $3::int[])
     on conflict (model_id, voter) do update set weight = excluded.weight`,
    [kept.map(({ modelId }) => modelId), kept.map(({ voter }) => voter), kept.map(({ weight }) => weight)],
  );
}

/** Keeps the latest vote of each voter for each author. */
export async function saveCastVotes(tx: SqlClient, votes: readonly VoteCast[]): Promise<void> {
  const latest = new Map<string, VoteCast>();
  for (const vote of votes) {
    const place = JSON.stringify([vote.voter, vote.target]);
    const known = latest.get(place);
    if (known === undefined || known.votedAtUs < vote.votedAtUs) latest.set(place, vote);
  }
  const rows = [...latest.values()];
  await tx.query(
    `insert into vote_edge as e (voter, target, voted_at_us)
     select * from unnest($1::text[], $2::text[], $3::bigint[])
     on conflict (voter, target) do update set voted_at_us = greatest(e.voted_at_us, excluded.voted_at_us)`,
    [
      rows.map(({ voter }) => voter),
      rows.map(({ target }) => target),
      rows.map(({ votedAtUs }) => votedAtUs),
    ],
  );
}

interface TrustRow {
  readonly user_id: string;
  readonly registered_at_us: bigint | null;
  readonly succeeded_device_seconds: bigint;
  readonly factor_enrolled: boolean;
  readonly value_lane_awards: bigint;
  readonly value_lane_points: bigint;
  readonly override_level: number | null;
  readonly abuse_confirmed: boolean;
}

/** What the trust of voters is computed from, as far as the ledger has told. */
export async function readTrust(tx: SqlClient, users: readonly string[]): Promise<Map<string, TrustFacts>> {
  const { rows } = await tx.query<TrustRow>('select * from voter_trust where user_id = any ($1)', [users]);
  return new Map(
    rows.map((row) => [
      row.user_id,
      {
        registeredAtUs: row.registered_at_us,
        succeededDeviceSeconds: row.succeeded_device_seconds,
        factorEnrolled: row.factor_enrolled,
        valueLaneAwards: row.value_lane_awards,
        valueLanePoints: row.value_lane_points,
        overrideLevel: row.override_level,
        abuseConfirmed: row.abuse_confirmed,
      },
    ]),
  );
}

/** Trust facts of a user as of a version of the account. */
export interface UserTrust {
  readonly userId: string;
  readonly accountVersion: bigint;
  readonly facts: TrustFacts;
}

/** Keeps the newest; an older version changes nothing. A user may stand in `users` once. */
export async function saveTrust(tx: SqlClient, users: readonly UserTrust[]): Promise<void> {
  if (users.length === 0) return;
  await tx.query(
    `insert into voter_trust as t
     select * from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::boolean[], $6::bigint[],
                          $7::bigint[], $8::int[], $9::boolean[])
     on conflict (user_id) do update
        set account_version = excluded.account_version, registered_at_us = excluded.registered_at_us,
            succeeded_device_seconds = excluded.succeeded_device_seconds,
            factor_enrolled = excluded.factor_enrolled, value_lane_awards = excluded.value_lane_awards,
            value_lane_points = excluded.value_lane_points, override_level = excluded.override_level,
            abuse_confirmed = excluded.abuse_confirmed
      where t.account_version < excluded.account_version`,
    [
      users.map(({ userId }) => userId),
      users.map(({ accountVersion }) => accountVersion),
      users.map(({ facts }) => facts.registeredAtUs),
      users.map(({ facts }) => facts.succeededDeviceSeconds),
      users.map(({ facts }) => facts.factorEnrolled),
      users.map(({ facts }) => facts.valueLaneAwards),
      users.map(({ facts }) => facts.valueLanePoints),
      users.map(({ facts }) => facts.overrideLevel),
      users.map(({ facts }) => facts.abuseConfirmed),
    ],
  );
}
