import { loadStreamState, loadStreamStates, type SqlClient } from '@kuda/event-store';
import { NO_SESSION, type SessionState } from '../domain/session';
import { streamOf } from '../orders/session-stream';
import { decodeState } from './session-state.codec';
import { liveSessions } from './session.row';

/** More live sessions than this are not looked after by one scheduler. */
export const MAX_LIVE_SESSIONS = 10_000;

/** Reads sessions as last committed. */
export class SessionReader {
  constructor(private readonly sql: SqlClient) {}

  async state(orderId: string): Promise<SessionState> {
    const stored = await loadStreamState(this.sql, streamOf(orderId));
    return stored === null ? NO_SESSION : decodeState(stored.state);
  }

  /** Every session that is not closed. */
  async live(): Promise<readonly SessionState[]> {
    const orderIds = await liveSessions(this.sql, MAX_LIVE_SESSIONS);
    const states = await loadStreamStates(this.sql, orderIds.map(streamOf));
    return [...states.values()].map(({ state }) => decodeState(state));
  }

  /** When the container was last seen to run, on our clock; null when never. */
  async seenRunningAtUs(orderId: string): Promise<bigint | null> {
    const { rows } = await this.sql.query<{ seen: bigint }>(
      'select seen_at_us as seen from session_sight where order_id = $1',
      [orderId],
    );
    return rows[0]?.seen ?? null;
  }

  /** The heartbeat of a running session: what its metering falls back to when no stamp of the cluster is left. */
  async saw(orderId: string, atUs: bigint): Promise<void> {
    await this.sql.query(
      `insert into session_sight (order_id, seen_at_us) values ($1, $2)
       on conflict (order_id) do update set seen_at_us = excluded.seen_at_us`,
      [orderId, atUs],
    );
  }
}
