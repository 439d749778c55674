import type { SqlClient } from '@kuda/event-store';
import type { SessionState } from '../domain/session';

/** A session as its row keeps it. */
export interface SessionRow {
  readonly orderId: string;
  readonly state: SessionState;
  readonly updatedAtUs: bigint;
  readonly position: bigint;
}

const UPSERT = `
  insert into session (order_id, user_id, redemption_id, phase, gpu_class, gpu_count, duration_seconds, image,
    job_name, node, pod_uid, outcome, detail, metered_seconds, is_stop_requested,
    placed_at_us, queued_at_us, admitted_at_us, started_at_us, ended_at_us, updated_at_us, position)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::bigint[],
    $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::bigint[], $15::boolean[],
    $16::bigint[], $17::bigint[], $18::bigint[], $19::bigint[], $20::bigint[], $21::bigint[], $22::bigint[])
  on conflict (order_id) do update set
    phase = excluded.phase, job_name = excluded.job_name, node = excluded.node, pod_uid = excluded.pod_uid,
    outcome = excluded.outcome, detail = excluded.detail, metered_seconds = excluded.metered_seconds,
    is_stop_requested = excluded.is_stop_requested, queued_at_us = excluded.queued_at_us,
    admitted_at_us = excluded.admitted_at_us, started_at_us = excluded.started_at_us,
    ended_at_us = excluded.ended_at_us, updated_at_us = excluded.updated_at_us, position = excluded.position`;

/** Null for a step that was not made. */
function instant(us: bigint): bigint | null {
  return us === 0n ? null : us;
}

function valuesOf({ orderId, state, updatedAtUs, position }: SessionRow): readonly unknown[] {
  const { order, job, running, ended } = state;
  const lastSegment = ended?.segments.at(-1);
  return [
    orderId,
    order?.userId ?? '',
    order?.redemptionId ?? '',
    state.phase,
    order?.gpuClass ?? '',
    order?.gpuCount ?? 0,
    order?.durationSeconds ?? 0n,
    order?.image ?? '',
    job?.name ?? null,
    running?.node ?? null,
    running?.podUid ?? null,
    ended?.end ?? null,
    ended?.detail ?? null,
    ended?.meteredSeconds ?? null,
    state.stopReason !== null,
    state.placedAtUs,
    instant(state.queuedAtUs),
    instant(state.admittedAtUs),
    running?.startedAtUs ?? null,
    ended === null ? null : (lastSegment?.endedAtUs ?? state.endedAtUs),
    updatedAtUs,
    position,
  ];
}

/** Writes the rows in the transaction of their entries: a session reads as the log says, without lag. */
export async function writeSessions(tx: SqlClient, rows: readonly SessionRow[]): Promise<void> {
  const values = rows.map(valuesOf);
  const columns = values[0] ?? [];
  await tx.query(
    UPSERT,
    columns.map((_, column) => values.map((row) => row[column])),
  );
}

interface OrderIdRow {
  readonly orderId: string;
}

/** Sessions that are not closed, oldest first. */
export async function liveSessions(sql: SqlClient, limit: number): Promise<readonly string[]> {
  const { rows } = await sql.query<OrderIdRow>(
    `select order_id as "orderId" from session where phase <> 'closed' order by placed_at_us limit $1`,
    [limit],
  );
  return rows.map(({ orderId }) => orderId);
}
