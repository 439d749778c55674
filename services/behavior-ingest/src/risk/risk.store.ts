import type { SqlClient } from '@kuda/event-store';
import type { RiskPolicy } from '../domain/risk';
import type { CastVote, KnownSighting, KnownVotes, Sighting } from '../intake/crossing-facts';

/** Counting stops here: more is no stronger evidence, and a hot device must not make a batch slow. */
const MAX_COUNTED = 100;

/** What is known of each sighting, before this batch. */
export async function knownSightings(
  sql: SqlClient,
  sightings: readonly Sighting[],
): Promise<readonly KnownSighting[]> {
  if (sightings.length === 0) return [];
  const { rows } = await sql.query<KnownSighting>(
    `select asked.kind, asked.value, asked.day, asked.account,
            (select count(*)::int from (
               select from account_sighting s
                where s.kind = asked.kind and s.value = asked.value and s.day = asked.day limit $5
             ) as counted) as accounts,
            exists (select from account_sighting s
                     where s.kind = asked.kind and s.value = asked.value and s.day = asked.day
                       and s.account = asked.account) as "isKnown"
       from unnest($1::text[], $2::text[], $3::int[], $4::text[]) as asked (kind, value, day, account)`,
    [
      sightings.map(({ kind }) => kind),
      sightings.map(({ value }) => value),
      sightings.map(({ day }) => day),
      sightings.map(({ account }) => account),
      MAX_COUNTED,
    ],
  );
  return rows;
}

/** How many votes each author had in the hour up to each vote, before this batch. */
export async function knownVotes(sql: SqlClient, votes: readonly CastVote[]): Promise<readonly KnownVotes[]> {
  if (votes.length === 0) return [];
  const { rows } = await sql.query<KnownVotes>(
    `select asked.author, asked.time_us as "timeUs",
            (select count(*)::int from (
               select from author_vote v
                where v.author = asked.author and v.time_us <= asked.time_us
                  and v.time_us > asked.time_us - 3600000000 limit $3
             ) as counted) as votes
       from unnest($1::text[], $2::bigint[]) as asked (author, time_us)`,
    [votes.map(({ author }) => author), votes.map(({ timeUs }) => timeUs), MAX_COUNTED],
  );
  return rows;
}

/** Remembers sightings in the transaction of their events. */
export async function insertSightings(
  tx: SqlClient,
  sightings: readonly (Sighting & { readonly position: bigint })[],
): Promise<void> {
  if (sightings.length === 0) return;
  await tx.query(
    `insert into account_sighting (kind, value, day, account, position)
     select * from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::bigint[])`,
    [
      sightings.map(({ kind }) => kind),
      sightings.map(({ value }) => value),
      sightings.map(({ day }) => day),
      sightings.map(({ account }) => account),
      sightings.map(({ position }) => position),
    ],
  );
}

/** Remembers votes in the transaction of their events. */
export async function insertVotes(
  tx: SqlClient,
  votes: readonly (CastVote & { readonly position: bigint })[],
): Promise<void> {
  if (votes.length === 0) return;
  await tx.query(
    `insert into author_vote (author, time_us, position)
     select * from unnest($1::text[], $2::bigint[], $3::bigint[])`,
    [
      votes.map(({ author }) => author),
      votes.map(({ timeUs }) => timeUs),
      votes.map(({ position }) => position),
    ],
  );
}

/** A version of the bounds as kept: with who set it, and when. */
export interface RiskPolicyVersion extends RiskPolicy {
  readonly actor: string;
  readonly changedAtUs: bigint;
}

/** Every version, oldest first. */
export async function riskPolicies(sql: SqlClient): Promise<readonly RiskPolicyVersion[]> {
  const { rows } = await sql.query<RiskPolicyVersion>(
    `select version, effective_from_us as "effectiveFromUs", accounts_per_day as "accountsPerDay",
            votes_per_hour as "votesPerHour", actor, changed_at_us as "changedAtUs"
       from risk_policy order by version`,
  );
  return rows;
}

/** Adds a version in the transaction of its entry. A version that is there by then is a fault. */
export async function insertRiskPolicy(tx: SqlClient, policy: RiskPolicyVersion): Promise<void> {
  await tx.query(
    `insert into risk_policy (version, effective_from_us, accounts_per_day, votes_per_hour, actor, changed_at_us)
     values ($1, $2, $3, $4, $5, $6)`,
    [
      policy.version,
      policy.effectiveFromUs,
      policy.accountsPerDay,
      policy.votesPerHour,
      policy.actor,
      policy.changedAtUs,
    ],
  );
}
