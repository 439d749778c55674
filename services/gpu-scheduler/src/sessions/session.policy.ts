import type { CommandEnvelope, Decided, DecisionFacts, DecisionPolicy, SqlClient } from '@kuda/event-store';
import { decide } from '../domain/decide';
import { evolve } from '../domain/evolve';
import { NO_SESSION, type SessionCommand, type SessionState } from '../domain/session';
import { encodeEntry } from './session-entries';
import { decodeState, encodeState } from './session-state.codec';
import { writeSessions, type SessionRow } from './session.row';

type Envelope = CommandEnvelope<SessionCommand>;

/** The rows that one batch changes, the latest of each session. */
export interface SessionContext {
  readonly rows: Map<string, SessionRow>;
}

function orderIdOf(command: SessionCommand): string {
  return command.type === 'place_order' ? command.order.orderId : command.orderId;
}

/** How the session log decides: the domain does, this only encodes. */
export class SessionPolicy implements DecisionPolicy<SessionCommand, SessionState, SessionContext> {
  initialState(): SessionState {
    return NO_SESSION;
  }

  encodeState(state: SessionState): { readonly bytes: Buffer; readonly dueAtUs: null } {
    return { bytes: encodeState(state), dueAtUs: null };
  }

  decodeState(bytes: Buffer): SessionState {
    return decodeState(bytes);
  }

  prepare(): Promise<SessionContext> {
    return Promise.resolve({ rows: new Map() });
  }

  decide(
    state: SessionState,
    { command, traceparent }: Envelope,
    facts: DecisionFacts,
    context: SessionContext,
  ): Decided<SessionState> {
    const orderId = orderIdOf(command);
    const event = decide(state, command, traceparent);
    const next = evolve(state, event, facts.recordedAtUs);
    const { kind, payload } = encodeEntry(orderId, event, next, facts);
    // A stop may come before its order; only an order makes a row.
    if (next.order !== null) {
      const { recordedAtUs, position } = facts;
      context.rows.set(orderId, { orderId, state: next, updatedAtUs: recordedAtUs, position });
    }
    return { kind, payload, state: next, totals: [{ key: kind, amount: 1n }] };
  }

  due(): null {
    return null;
  }

  onRepeat(): null {
    return null;
  }

  needsBeside(_entries: unknown, { rows }: SessionContext): boolean {
    return rows.size > 0;
  }

  async beside(tx: SqlClient, _entries: unknown, { rows }: SessionContext): Promise<void> {
    await writeSessions(tx, [...rows.values()]);
  }
}
