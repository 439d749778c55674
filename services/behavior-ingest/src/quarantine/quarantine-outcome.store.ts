import type { SqlClient } from '@kuda/event-store';

/** How a quarantine record was closed. */
export const CLOSING_OUTCOMES = ['accepted', 'duplicate', 'discarded'] as const;

export type ClosingOutcome = (typeof CLOSING_OUTCOMES)[number];

/** The end of a quarantine record, once. */
export interface QuarantineOutcome {
  /** Of the rejected input. */
  readonly position: bigint;
  readonly outcome: ClosingOutcome;
  /** Of the entry that closed it. */
  readonly byPosition: bigint;
  /** The event that it became; empty where it was discarded. */
  readonly source: string;
  readonly eventId: string;
  readonly actor: string;
  readonly note: string;
  readonly closedAtUs: bigint;
}

/** How a record was closed, or null while it is open. */
export async function outcomeAt(sql: SqlClient, position: bigint): Promise<QuarantineOutcome | null> {
  const { rows } = await sql.query<QuarantineOutcome>(
    `select position, outcome, by_position as "byPosition", source, event_id as "eventId", actor, note,
            closed_at_us as "closedAtUs"
       from quarantine_outcome where position = $1`,
    [position],
  );
  return rows[0] ?? null;
}

/** Closes a record in the transaction of the entry that does. One that is closed by then is a fault. */
export async function insertOutcome(tx: SqlClient, closed: QuarantineOutcome): Promise<void> {
  const { position, outcome, byPosition, source, eventId, actor, note, closedAtUs } = closed;
  await tx.query(
    `insert into quarantine_outcome (position, outcome, by_position, source, event_id, actor, note, closed_at_us)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [position, outcome, byPosition, source, eventId, actor, note, closedAtUs],
  );
}
