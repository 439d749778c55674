import type { SqlClient } from '@kuda/event-store';
import type { Claim, EventIdentity } from '../domain/activity-event';
import type { Rejection } from '../domain/rejection';

/** A claim that an accepted event makes, with the position of its entry. */
export interface NewClaim extends Claim {
  readonly position: bigint;
}

/** A line of the quarantine's list; the input itself is in the log, at the position. */
export interface QuarantineLine extends Rejection, EventIdentity {
  readonly position: bigint;
  /** Size of the input. */
  readonly bytes: number;
  readonly rejectedAtUs: bigint;
}

/** One text for a claim, so that sets can hold it. */
export function claimKey(claim: Claim): string {
  return `${claim.kind}\n${claim.value}`;
}

/** Those of the claims that an earlier event holds. */
export async function takenClaims(sql: SqlClient, claims: readonly Claim[]): Promise<ReadonlySet<string>> {
  if (claims.length === 0) return new Set();
  const { rows } = await sql.query<Claim>(
    `select c.kind, c.value from activity_claim c
       join unnest($1::text[], $2::text[]) as asked (kind, value) using (kind, value)`,
    [claims.map((claim) => claim.kind), claims.map((claim) => claim.value)],
  );
  return new Set(rows.map(claimKey));
}

/** Those of the command ids that the log knows: events that were accepted. */
export async function knownEvents(
  sql: SqlClient,
  eventKeys: readonly string[],
): Promise<ReadonlySet<string>> {
  if (eventKeys.length === 0) return new Set();
  const { rows } = await sql.query<{ readonly id: string }>(
    'select command_id as id from log_command where command_id = any ($1)',
    [eventKeys],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Remembers claims in the transaction of their events. A claim that is taken by then is a fault: the batch fails. */
export async function insertClaims(tx: SqlClient, claims: readonly NewClaim[]): Promise<void> {
  if (claims.length === 0) return;
  await tx.query(
    'insert into activity_claim (kind, value, position) select * from unnest($1::text[], $2::text[], $3::bigint[])',
    [
      claims.map(({ kind }) => kind),
      claims.map(({ value }) => value),
      claims.map(({ position }) => position),
    ],
  );
}

/** Lists rejected inputs in the transaction of their entries. */
export async function insertQuarantineLines(tx: SqlClient, lines: readonly QuarantineLine[]): Promise<void> {
  if (lines.length === 0) return;
  await tx.query(
    `insert into quarantine_line (position, reason, pointer, detail, source, event_id, bytes, rejected_at_us)
     select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[],
                          $8::bigint[])`,
    [
      lines.map(({ position }) => position),
      lines.map(({ reason }) => reason),
      lines.map(({ pointer }) => pointer),
      lines.map(({ detail }) => detail),
      lines.map(({ source }) => source),
      lines.map(({ eventId }) => eventId),
      lines.map(({ bytes }) => bytes),
      lines.map(({ rejectedAtUs }) => rejectedAtUs),
    ],
  );
}
