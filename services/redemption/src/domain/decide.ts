import { REDEMPTION_ERROR_CODES, type RedemptionErrorName } from './error-codes';
import type { AssetAmount } from './amounts';
import { isWindowUsedUp } from './bounds';
import type { Policy } from './offer';
import type { EndReason, Order, SagaInput, SagaState, SagaStep, SessionOrder } from './saga';
import { settle } from './settlement';

const US_PER_SECOND = 1_000_000n;

/** Everything that is neither state nor input. */
export interface SagaFacts {
  /** Time of the log, microseconds since the Unix epoch. */
  readonly nowUs: bigint;
  readonly policy: Policy;
  /** Redemptions of the user that are neither settled nor refused, this one not counted. */
  readonly liveRedemptions: number;
  /** GPU-seconds of the window's classes that the user took in the rolling window. */
  readonly rollingGpuSeconds: bigint;
  /** Another redemption already used the quote. */
  readonly isQuoteUsed: boolean;
  /** Early failures of the user forgiven on the day of `nowUs`. */
  readonly earlyFailsToday: number;
}

type Input<Type extends SagaInput['type']> = Extract<SagaInput, { type: Type }>;
type State<Status extends SagaState['status']> = Extract<SagaState, { status: Status }>;

function ignore(input: SagaInput, reason: string): SagaStep {
  return { type: 'input_ignored', input: input.type, reason };
}

function refuse(name: RedemptionErrorName): SagaStep {
  const { code, title } = REDEMPTION_ERROR_CODES[name];
  return { type: 'redemption_refused', code, reason: title };
}

/** Order: the quote's age, its earlier use, then what the user may have used up since the quote: window, sessions. */
function decideRequest(input: Input<'request'>, facts: SagaFacts): SagaStep {
  const { terms } = input;
  if (facts.nowUs >= input.quoteExpiresAtUs) return refuse('quoteExpired');
  if (facts.isQuoteUsed) return refuse('quoteUsed');
  const { policy, rollingGpuSeconds } = facts;
  if (isWindowUsedUp(policy, terms, { level: terms.trustLevel, rollingGpuSeconds })) {
    return refuse('rollingWindowUsedUp');
  }
  if (facts.liveRedemptions >= policy.activeSessions + policy.queuedSessions) {
    return refuse('sessionLimit');
  }
  const queueUntilUs = facts.nowUs + BigInt(policy.queueLimitSeconds) * US_PER_SECOND;
  const runAndSettle = BigInt(terms.durationSeconds + policy.settlementGraceSeconds) * US_PER_SECOND;
  return {
    type: 'redemption_requested',
    order: {
      ...terms,
      requestedAtUs: facts.nowUs,
      queueUntilUs,
      holdExpiresAtUs: queueUntilUs + runAndSettle,
    },
  };
}

/** The ledger has the last word on a hold: what it says is how the redemption ended. */
function closeAs(
  state: State<'requested' | 'ordered' | 'settling'>,
  reason: EndReason,
  captured: readonly AssetAmount[],
  released: readonly AssetAmount[],
): SagaStep {
  const mustStopOrder = state.status === 'ordered';
  return { type: 'redemption_settled', reason, captured, released, mustStopOrder };
}

function sessionOrderOf(order: Order): SessionOrder {
  const { gpuClass, gpuCount, durationSeconds, image, trustLevel, queueUntilUs } = order;
  return { gpuClass, gpuCount, durationSeconds, image, trustLevel, queueUntilUs };
}

function decideRequested(state: State<'requested'>, input: SagaInput): SagaStep {
  switch (input.type) {
    case 'hold_placed':
      return state.isCancelled
        ? { type: 'settlement_requested', reason: 'not_running', meteredSeconds: 0n, captured: [] }
        : { type: 'hold_confirmed', order: sessionOrderOf(state.order) };
    case 'hold_refused':
      return { type: 'redemption_refused', code: input.code, reason: input.reason };
    case 'hold_settled':
      return closeAs(state, 'used', input.captured, input.released);
    case 'hold_released':
      return closeAs(state, input.isExpired ? 'hold_expired' : 'not_running', [], input.released);
    case 'cancel':
      return state.isCancelled
        ? ignore(input, 'cancelled already')
        : { type: 'cancellation_requested', reason: input.reason, isOrderPlaced: false };
    case 'request':
    case 'session_progressed':
    case 'session_ended':
    case 'settlement_refused':
      return ignore(input, 'no hold yet');
  }
}

function decideOrdered(state: State<'ordered'>, input: SagaInput, facts: SagaFacts): SagaStep {
  switch (input.type) {
    case 'session_progressed':
      return input.sessionVersion > state.sessionVersion
        ? { type: 'session_progressed', phase: input.phase, sessionVersion: input.sessionVersion }
        : ignore(input, 'overtaken by a later session event');
    case 'session_ended': {
      const rule = facts.policy.earlyFail;
      const settlement = settle(state.order, input.session, rule, facts.earlyFailsToday);
      const { meteredSeconds } = input.session;
      return { type: 'settlement_requested', meteredSeconds, ...settlement };
    }
    case 'hold_settled':
      return closeAs(state, 'used', input.captured, input.released);
    case 'hold_released':
      return closeAs(state, input.isExpired ? 'hold_expired' : 'not_running', [], input.released);
    case 'cancel':
      return state.isCancelled
        ? ignore(input, 'cancelled already')
        : { type: 'cancellation_requested', reason: input.reason, isOrderPlaced: true };
    case 'request':
    case 'hold_placed':
    case 'hold_refused':
    case 'settlement_refused':
      return ignore(input, 'the order is placed already');
  }
}

function decideSettling(state: State<'settling'>, input: SagaInput): SagaStep {
  switch (input.type) {
    case 'hold_settled':
      return closeAs(state, state.reason, input.captured, input.released);
    case 'hold_released':
      return closeAs(state, input.isExpired ? 'hold_expired' : state.reason, [], input.released);
    case 'settlement_refused':
      return ignore(input, `the ledger refused the settlement: ${input.code}`);
    case 'request':
    case 'hold_placed':
    case 'hold_refused':
    case 'session_progressed':
    case 'session_ended':
    case 'cancel':
      return ignore(input, 'the settlement is on its way');
  }
}

/** One step for one input, whatever came before: a repeat or a late message records that it changed nothing. */
export function decide(state: SagaState, input: SagaInput, facts: SagaFacts): SagaStep {
  switch (state.status) {
    case 'none':
      return input.type === 'request' ? decideRequest(input, facts) : ignore(input, 'no such redemption');
    case 'requested':
      return decideRequested(state, input);
    case 'ordered':
      return decideOrdered(state, input, facts);
    case 'settling':
      return decideSettling(state, input);
    case 'settled':
    case 'refused':
      return ignore(input, 'the redemption has ended');
  }
}
