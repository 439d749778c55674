import type {
  Clock,
  Decided,
  DecisionFacts,
  DecisionPolicy,
  SqlClient,
  StoredEntry,
} from '@kuda/event-store';
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
    private readonly clock: Clock,
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
    const { policy } = this.offers.current;
    return readBatchFacts(
      { sql: this.sql, policy, nowUs: this.clock.nowUs() },
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
      liveRedemptions: facts.usage.get(userId)?.liveRedemptions ?? 0,
      rollingGpuSeconds: facts.usage.get(userId)?.rollingGpuSeconds ?? 0n,
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

function use(
  facts: BatchFacts,
  userId: string,
  { live, gpuSeconds }: { readonly live: number; readonly gpuSeconds: bigint },
): void {
  const known = facts.usage.get(userId);
  facts.usage.set(userId, {
    userId,
    liveRedemptions: (known?.liveRedemptions ?? 0) + live,
    rollingGpuSeconds: (known?.rollingGpuSeconds ?? 0n) + gpuSeconds,
  });
}

/** What later decisions of the same batch must see of this one. */
function tally(facts: BatchFacts, step: SagaStep, { userId, day, hasEnded }: StepOfUser): void {
  if (step.type === 'redemption_requested') {
    const { quoteId, gpuClass, gpuCount, durationSeconds } = step.order;
    const counts = facts.windowClasses.includes(gpuClass);
    use(facts, userId, { live: 1, gpuSeconds: counts ? BigInt(gpuCount) * BigInt(durationSeconds) : 0n });
    facts.usedQuotes.add(quoteId);
  }
  if (hasEnded) use(facts, userId, { live: -1, gpuSeconds: 0n });
  if (isForgiven(step)) {
    const key = earlyFailKey(userId, day);
    facts.earlyFails.set(key, (facts.earlyFails.get(key) ?? 0) + 1);
  }
}
