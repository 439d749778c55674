import type {
  CommandEnvelope,
  Decided,
  DecisionFacts,
  DecisionPolicy,
  SqlClient,
  StoredEntry,
} from '@kuda/event-store';
import { eventKey, type ActivityEvent, type EventIdentity } from '../domain/activity-event';
import { policyAt, riskOf, type Risk, type RiskPolicy } from '../domain/risk';
import { encodeProducerChanged } from '../producers/producer-codec';
import { encodeRiskPolicyChanged } from '../risk/risk-codec';
import type { ClosingOutcome } from '../quarantine/quarantine-outcome.store';
import { encodeAccepted } from './accepted-codec';
import { originId, type Discard, type InputOrigin, type IntakeCommand } from './activity-input';
import { castVoteOf, sightingOf } from './crossing-facts';
import { hasRows, readContext, writeRows, type IntakeContext } from './intake-context';
import {
  encodeDiscarded,
  encodeDuplicated,
  encodeRejected,
  encodeReplayRefused,
  ENTRY_KINDS,
  type RejectedInput,
} from './intake-entries';
import { claimKey } from './intake.store';

type Envelope = CommandEnvelope<IntakeCommand>;
type Of<Type extends IntakeCommand['type']> = IntakeCommand & { readonly type: Type };

/** Entries of the activity log belong to no stream: there is no state. */
type NoState = null;
const NO_STATE: NoState = null;

function decided(kind: string, payload: Buffer, ...totals: readonly string[]): Decided<NoState> {
  return { kind, payload, state: NO_STATE, totals: totals.map((key) => ({ key, amount: 1n })) };
}

/** Keys of the log's totals: the intake report is a read of these. */
export const TOTALS = {
  accepted: 'accepted',
  duplicates: 'duplicates',
  rejectedPrefix: 'rejected/',
  /** Of the accepted ones: rejected inputs that were replayed. */
  replayed: 'replayed',
  discarded: 'discarded',
} as const;

/** What the policy reads beside the log. */
export interface IntakeFacts {
  /** Committed rows; this process is the log's only writer, so they cannot change before the append. */
  readonly sql: SqlClient;
  /** The bounds of velocity, every version. */
  readonly riskPolicies: () => readonly RiskPolicy[];
}

/** Gives every input its one entry: accepted, rejected, or a repeat of an accepted event. */
export class IntakePolicy implements DecisionPolicy<IntakeCommand, NoState, IntakeContext> {
  constructor(private readonly facts: IntakeFacts) {}

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

  prepare(commands: readonly Envelope[]): Promise<IntakeContext> {
    return readContext(this.facts.sql, commands);
  }

  decide(
    _state: NoState,
    { command }: Envelope,
    facts: DecisionFacts,
    context: IntakeContext,
  ): Decided<NoState> {
    switch (command.type) {
      case 'accept':
        return this.accept(command, facts, context);
      case 'reject':
        // A repeat of an accepted event is a duplicate, whatever its content (DOMAIN.md section 3).
        return context.known.has(eventKey(command.identity))
          ? this.duplicate(command, facts, context)
          : this.reject(command, facts, context);
      case 'duplicate':
        return this.duplicate(command, facts, context);
      case 'discard':
        return this.discard(command, facts, context);
      case 'producer': {
        const { version } = command;
        const { position, recordedAtUs } = facts;
        context.newProducers.push({ ...version, position, changedAtUs: recordedAtUs });
        return decided(ENTRY_KINDS.producer, encodeProducerChanged(version, recordedAtUs));
      }
      case 'risk-policy': {
        const version = { ...command.policy, actor: command.actor, changedAtUs: facts.recordedAtUs };
        context.newPolicies.push(version);
        return decided(ENTRY_KINDS.riskPolicy, encodeRiskPolicyChanged(version));
      }
    }
  }

  /** An event whose id is taken becomes a duplicate under its own coordinates; those are not repeated. */
  onRepeat(envelope: Envelope): Envelope | null {
    const { command } = envelope;
    if (command.type !== 'accept') return null;
    const { event, origin } = command;
    // What intake derives again is no input of anybody: it is answered with its first outcome.
    if (origin.via === 'derived') return null;
    const identity = { source: event.source, eventId: event.eventId };
    return { ...envelope, commandId: originId(origin), command: { type: 'duplicate', identity, origin } };
  }

  needsBeside(_entries: readonly StoredEntry[], context: IntakeContext): boolean {
    return hasRows(context);
  }

  beside(tx: SqlClient, _entries: readonly StoredEntry[], context: IntakeContext): Promise<void> {
    return writeRows(tx, context);
  }

  private accept(
    { event, origin }: Of<'accept'>,
    facts: DecisionFacts,
    context: IntakeContext,
  ): Decided<NoState> {
    const { recordedAtUs, position } = facts;
    const { claim } = event;
    const first = claim === null ? null : !context.claimed.has(claimKey(claim));
    if (claim !== null && first === true) {
      context.claimed.add(claimKey(claim));
      context.newClaims.push({ ...claim, position });
    }
    context.known.add(eventKey(event));
    const risk = this.riskOf(event, position, context);
    const replay = origin.via === 'replay' ? origin : null;
    const payload = encodeAccepted(event, { recordedAtUs, personKeyFirst: first, risk, replay });
    if (replay === null) return decided(ENTRY_KINDS.accepted, payload, TOTALS.accepted);
    close(context, facts, { origin, identity: event, outcome: 'accepted' });
    return decided(ENTRY_KINDS.accepted, payload, TOTALS.accepted, TOTALS.replayed);
  }

  /** Counts the event in, and says what speaks against it. */
  private riskOf(event: ActivityEvent, position: bigint, { crossing }: IntakeContext): Risk | null {
    const sighting = sightingOf(event);
    const vote = castVoteOf(event);
    if (sighting === null && vote === null) return null;
    const accounts = sighting === null ? null : crossing.countAccount(sighting, position);
    const votes = vote === null ? null : crossing.countVote(vote, position);
    return riskOf({ accounts, votes }, policyAt(this.facts.riskPolicies(), event.timeUs));
  }

  private reject(rejected: RejectedInput, facts: DecisionFacts, context: IntakeContext): Decided<NoState> {
    const { position, recordedAtUs } = facts;
    const { rejection, identity, input, origin } = rejected;
    if (origin.via === 'replay') {
      return decided(ENTRY_KINDS.quarantine, encodeReplayRefused(rejected, origin, recordedAtUs));
    }
    const line = { position, bytes: input.raw.length, rejectedAtUs: recordedAtUs };
    context.newLines.push({ ...line, ...rejection, ...identity });
    const payload = encodeRejected(rejected, position, recordedAtUs);
    return decided(ENTRY_KINDS.rejected, payload, `${TOTALS.rejectedPrefix}${rejection.reason}`);
  }

  private duplicate(
    { identity, origin }: Repeat,
    facts: DecisionFacts,
    context: IntakeContext,
  ): Decided<NoState> {
    const payload = encodeDuplicated(identity, origin, facts.recordedAtUs);
    if (origin.via === 'replay') close(context, facts, { origin, identity, outcome: 'duplicate' });
    return decided(ENTRY_KINDS.duplicated, payload, TOTALS.duplicates);
  }

  private discard(command: Discard, facts: DecisionFacts, context: IntakeContext): Decided<NoState> {
    const { position, actor, note } = command;
    const { position: byPosition, recordedAtUs: closedAtUs } = facts;
    const outcome = 'discarded';
    context.newOutcomes.push({
      position,
      outcome,
      byPosition,
      source: '',
      eventId: '',
      actor,
      note,
      closedAtUs,
    });
    return decided(ENTRY_KINDS.quarantine, encodeDiscarded(command, closedAtUs), TOTALS.discarded);
  }
}

interface Repeat {
  readonly identity: EventIdentity;
  readonly origin: InputOrigin;
}

/** Closes the record that a replay came from. */
function close(
  context: IntakeContext,
  { position: byPosition, recordedAtUs: closedAtUs }: DecisionFacts,
  { origin, identity, outcome }: Repeat & { readonly outcome: ClosingOutcome },
): void {
  if (origin.via !== 'replay') return;
  const { position, actor } = origin;
  const { source, eventId } = identity;
  context.newOutcomes.push({ position, outcome, byPosition, source, eventId, actor, note: '', closedAtUs });
}
