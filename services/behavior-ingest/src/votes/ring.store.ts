import type { SqlClient } from '@kuda/event-store';
import type { Ring, VoteEdge } from '../domain/collusion';

/** A ring as it was found. */
export interface FoundRing extends Ring {
  readonly ringId: string;
  readonly foundAtUs: bigint;
  readonly heldUntilUs: bigint;
}

/** Votes of the window, the latest first when there are more than `limit`. */
export async function votesSince(
  sql: SqlClient,
  afterUs: bigint,
  limit: number,
): Promise<readonly VoteEdge[]> {
  const { rows } = await sql.query<VoteEdge>(
    'select voter, target from vote_edge where voted_at_us > $1 order by voted_at_us desc limit $2',
    [afterUs, limit],
  );
  return rows;
}

/** Changes with every vote that could make a ring. */
export async function votesMark(sql: SqlClient): Promise<string> {
  const { rows } = await sql.query<{ readonly mark: string }>(
    `select concat(count(*), '/', max(voted_at_us)) as mark from vote_edge`,
  );
  return rows[0]?.mark ?? '';
}

/** Those of the users whose awards wait already. */
export async function heldUsers(
  sql: SqlClient,
  users: readonly string[],
  nowUs: bigint,
): Promise<ReadonlySet<string>> {
  const { rows } = await sql.query<{ readonly user_id: string }>(
    'select distinct user_id from ring_member where user_id = any ($1) and held_until_us > $2',
    [users, nowUs],
  );
  return new Set(rows.map((row) => row.user_id));
}

/** Remembers a ring; one that is known stays as it was found, and its members are held anew. */
export async function saveRing(tx: SqlClient, ring: FoundRing): Promise<void> {
  const { ringId, kind, voters, targets, votes, share } = ring;
  const evidence = JSON.stringify({ voters, targets, votes, share });
  await tx.query(
    `insert into ring (ring_id, kind, evidence, found_at_us) values ($1, $2, $3, $4) on conflict do nothing`,
    [ringId, kind, evidence, ring.foundAtUs],
  );
  await tx.query(
    `insert into ring_member (ring_id, user_id, held_until_us)
     select $1, member, $3 from unnest($2::text[]) as m (member)
     on conflict (ring_id, user_id) do update set held_until_us = excluded.held_until_us`,
    [ringId, [...ring.members], ring.heldUntilUs],
  );
}
