import type {
  CommandEnvelope,
  Decided,
  DecisionFacts,
  DecisionPolicy,
  SqlClient,
  StoredEntry,
} from '@kuda/event-store';
import { eventKey, isKnownIdentity, type EventIdentity } from '../domain/activity-event';
import { originId, type InputOrigin, type IntakeCommand } from './activity-input';
import {
  encodeAccepted,
  encodeDuplicated,
  encodeRejected,
  ENTRY_KINDS,
  type RejectedInput,
} from './intake-entries';
import * as store from './intake.store';
import type { NewClaim, QuarantineLine } from './intake.store';

type Envelope = CommandEnvelope<IntakeCommand>;

/** What one attempt at a batch knows and gathers; made anew for each attempt. */
export interface IntakeContext {
  /** Claims held, by earlier events and by earlier ones of this batch. */
  readonly claimed: Set<string>;
  /** Keys of accepted events, of earlier batches and of this one, as far as a rejected input names them. */
  readonly known: Set<string>;
  readonly newClaims: NewClaim[];
  readonly newLines: QuarantineLine[];
}

/** Entries of the activity log belong to no stream: there is no state. */
type NoState = null;
const NO_STATE: NoState = null;

function decided(kind: string, payload: Buffer, total: string): Decided<NoState> {
  return { kind, payload, state: NO_STATE, totals: [{ key: total, amount: 1n }] };
}

/** Keys of the log's totals: the intake report is a read of these. */
export const TOTALS = {
  accepted: 'accepted',
  duplicates: 'duplicates',
  rejectedPrefix: 'rejected/',
} as const;

/** Gives every input its one entry: accepted, rejected, or a repeat of an accepted event. */
export class IntakePolicy implements DecisionPolicy<IntakeCommand, NoState, IntakeContext> {
  /** `sql` reads committed rows; this process is the log's only writer, so they cannot change before the append. */
  constructor(private readonly sql: SqlClient) {}

  initialState(): NoState {
    return NO_STATE;
  }

  encodeState(): { readonly bytes: Buffer; readonly dueAtUs: null } {
    return { bytes: Buffer.alloc(0), dueAtUs: null };
  }

  decodeState(): NoState {
    return NO_STATE;
  }

  due(): null {
    return null;
  }

  async prepare(commands: readonly Envelope[]): Promise<IntakeContext> {
    const claims = commands.flatMap(({ command }) =>
      command.type === 'accept' ? (command.event.claim ?? []) : [],
    );
    const named = commands.flatMap(({ command }) =>
      command.type === 'reject' && isKnownIdentity(command.identity) ? [eventKey(command.identity)] : [],
    );
    const claimed = await store.takenClaims(this.sql, claims);
    const known = await store.knownEvents(this.sql, named);
    return { claimed: new Set(claimed), known: new Set(known), newClaims: [], newLines: [] };
  }

  decide(
    _state: NoState,
    envelope: Envelope,
    facts: DecisionFacts,
    context: IntakeContext,
  ): Decided<NoState> {
    const { command } = envelope;
    switch (command.type) {
      case 'accept':
        return this.accept(command, facts, context);
      case 'reject':
        // A repeat of an accepted event is a duplicate, whatever its content (DOMAIN.md section 3).
        return context.known.has(eventKey(command.identity))
          ? this.duplicate(command.identity, command.origin, facts)
          : this.reject(command, facts, context);
      case 'duplicate':
        return this.duplicate(command.identity, command.origin, facts);
    }
  }

  /** An event whose id is taken becomes a duplicate under its own coordinates; those are not repeated. */
  onRepeat(envelope: Envelope): Envelope | null {
    const { command } = envelope;
    if (command.type !== 'accept') return null;
    const { event, origin } = command;
    const identity = { source: event.source, eventId: event.eventId };
    return { ...envelope, commandId: originId(origin), command: { type: 'duplicate', identity, origin } };
  }

  needsBeside(_entries: readonly StoredEntry[], context: IntakeContext): boolean {
    return context.newClaims.length > 0 || context.newLines.length > 0;
  }

  async beside(tx: SqlClient, _entries: readonly StoredEntry[], context: IntakeContext): Promise<void> {
    await store.insertClaims(tx, context.newClaims);
    await store.insertQuarantineLines(tx, context.newLines);
  }

  private accept(
    { event }: IntakeCommand & { readonly type: 'accept' },
    facts: DecisionFacts,
    context: IntakeContext,
  ): Decided<NoState> {
    const { recordedAtUs, position } = facts;
    const { claim } = event;
    const first = claim === null ? null : !context.claimed.has(store.claimKey(claim));
    if (claim !== null && first === true) {
      context.claimed.add(store.claimKey(claim));
      context.newClaims.push({ ...claim, position });
    }
    context.known.add(eventKey(event));
    const payload = encodeAccepted(event, { recordedAtUs, personKeyFirst: first });
    return decided(ENTRY_KINDS.accepted, payload, TOTALS.accepted);
  }

  private reject(rejected: RejectedInput, facts: DecisionFacts, context: IntakeContext): Decided<NoState> {
    const { position, recordedAtUs } = facts;
    const { rejection, identity, input } = rejected;
    const line = { position, bytes: input.raw.length, rejectedAtUs: recordedAtUs };
    context.newLines.push({ ...line, ...rejection, ...identity });
    const payload = encodeRejected(rejected, position, recordedAtUs);
    return decided(ENTRY_KINDS.rejected, payload, `${TOTALS.rejectedPrefix}${rejection.reason}`);
  }

  private duplicate(identity: EventIdentity, origin: InputOrigin, facts: DecisionFacts): Decided<NoState> {
    const payload = encodeDuplicated(identity, origin, facts.recordedAtUs);
    return decided(ENTRY_KINDS.duplicated, payload, TOTALS.duplicates);
  }
}
