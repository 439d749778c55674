import type { Decided, DecisionFacts, DecisionPolicy, SqlClient, StoredEntry } from '@kuda/event-store';
import { decide } from '../domain/decide';
import { evolve } from '../domain/evolve';
import type { Policy } from '../domain/offer';
import { INITIAL_STATE, isFinal, orderOf, type SagaState, type SagaStep } from '../domain/saga';
import type { OfferBook } from '../offer/load-offer';
import { earlyFailDay, earlyFailKey, readBatchFacts, type BatchFacts } from './batch-facts';
import { encodeStep } from './encode-step';
import { rowOf } from './redemption.row';
import type { SagaCommand, SagaEnvelope } from './saga-command';
import { packState, unpackState } from './saga-state.codec';
import { writeRows } from './write-rows';

/** How redemption decides on its log: the pure saga, its facts read for a whole batch, its row beside each entry. */
export class RedemptionPolicy implements DecisionPolicy<SagaCommand, SagaState, BatchFacts> {
  constructor(
    private readonly sql: SqlClient,
    private readonly offers: OfferBook,
  ) {}

  initialState(): SagaState {
    return INITIAL_STATE;
  }

  encodeState(state: SagaState): { readonly bytes: Buffer; readonly dueAtUs: null } {
    return { bytes: packState(state), dueAtUs: null };
  }

  decodeState(bytes: Buffer): SagaState {
    return unpackState(bytes);
  }

  prepare(commands: readonly SagaEnvelope[]): Promise<BatchFacts> {
    return readBatchFacts(
      this.sql,
      commands.map(({ command }) => command),
    );
  }

  decide(state: SagaState, envelope: SagaEnvelope, at: DecisionFacts, facts: BatchFacts): Decided<SagaState> {
    const { redemptionId, input } = envelope.command;
    const userId = orderOf(state)?.userId ?? envelope.command.userId;
    const policy = this.policyFor(state, envelope);
    const day = earlyFailDay(policy, at.recordedAtUs);
    const step = decide(state, input, {
      nowUs: at.recordedAtUs,
      policy,
      liveRedemptions: facts.live.get(userId) ?? 0,
      isQuoteUsed: input.type === 'request' && facts.usedQuotes.has(input.terms.quoteId),
      earlyFailsToday: facts.earlyFails.get(earlyFailKey(userId, day)) ?? 0,
    });
    const next = evolve(state, step);
    tally(facts, step, { userId, day, hasEnded: !isFinal(state) && isFinal(next) });
    const forgivenOn = isForgiven(step) ? day : (facts.rows.get(redemptionId)?.earlyFailDay ?? null);
    const row = rowOf(redemptionId, next, at, forgivenOn);
    if (row !== null) facts.rows.set(redemptionId, row);
    const coordinates = { redemptionId, userId, version: at.streamVersion, recordedAtUs: at.recordedAtUs };
    return { kind: step.type, payload: encodeStep(step, coordinates), state: next, totals: [] };
  }

  /** Nothing of a redemption falls due by itself: the ledger lets the hold expire and tells. */
  due(): null {
    return null;
  }

  onRepeat(): null {
    return null;
  }

  async beside(tx: SqlClient, _entries: readonly StoredEntry[], facts: BatchFacts): Promise<void> {
    await writeRows(tx, [...facts.rows.values()]);
  }

  needsBeside(_entries: readonly StoredEntry[], facts: BatchFacts): boolean {
    return facts.rows.size > 0;
  }

  /** The policy that the quote froze. */
  private policyFor(state: SagaState, { command }: SagaEnvelope): Policy {
    const frozen = command.input.type === 'request' ? command.input.terms.policy : orderOf(state)?.policy;
    return frozen === undefined ? this.offers.current.policy : this.offers.policyOf(frozen);
  }
}

function isForgiven(step: SagaStep): boolean {
  return step.type === 'settlement_requested' && step.reason === 'early_fail';
}

interface StepOfUser {
  readonly userId: string;
  readonly day: number;
  readonly hasEnded: boolean;
}

function add(counts: Map<string, number>, key: string, delta: number): void {
  counts.set(key, (counts.get(key) ?? 0) + delta);
}

/** What later decisions of the same batch must see of this one. */
function tally(facts: BatchFacts, step: SagaStep, { userId, day, hasEnded }: StepOfUser): void {
  if (step.type === 'redemption_requested') {
    add(facts.live, userId, 1);
    facts.usedQuotes.add(step.order.quoteId);
  }
  if (hasEnded) add(facts.live, userId, -1);
  if (isForgiven(step)) add(facts.earlyFails, earlyFailKey(userId, day), 1);
}
