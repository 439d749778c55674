import { remainder } from './amounts';
import { isCancelled, orderOf, type Order, type SagaState, type SagaStep } from './saga';

/** A step that does not fit its state means that the log and the code disagree: nothing sensible can follow. */
function misfit(state: SagaState, step: SagaStep): never {
  throw new Error(`step ${step.type} does not fit a redemption that is ${state.status}`);
}

function openOrder(state: SagaState, step: SagaStep): Order {
  return state.status === 'none' || state.status === 'refused' ? misfit(state, step) : state.order;
}

/** The state after a step. Total over the steps that `decide` makes. */
export function evolve(state: SagaState, step: SagaStep): SagaState {
  switch (step.type) {
    case 'redemption_requested':
      return { status: 'requested', order: step.order, isCancelled: false };
    case 'hold_confirmed':
      return {
        status: 'ordered',
        order: openOrder(state, step),
        isCancelled: false,
        phase: 'reserved',
        sessionVersion: 0n,
      };
    case 'session_progressed':
      return state.status === 'ordered'
        ? { ...state, phase: step.phase, sessionVersion: step.sessionVersion }
        : misfit(state, step);
    case 'settlement_requested':
      return {
        status: 'settling',
        order: openOrder(state, step),
        isCancelled: isCancelled(state),
        reason: step.reason,
        meteredSeconds: step.meteredSeconds,
      };
    case 'redemption_settled':
      return settled(state, step);
    case 'redemption_refused':
      return {
        status: 'refused',
        order: orderOf(state),
        isCancelled: isCancelled(state),
        code: step.code,
        reason: step.reason,
      };
    case 'cancellation_requested':
      return state.status === 'requested' || state.status === 'ordered'
        ? { ...state, isCancelled: true }
        : misfit(state, step);
    case 'input_ignored':
      return state;
  }
}

function settled(state: SagaState, step: Extract<SagaStep, { type: 'redemption_settled' }>): SagaState {
  const order = openOrder(state, step);
  const { reason, captured, released } = step;
  const stray = remainder(order.held, [...captured, ...released]);
  if (stray.length > 0) throw new Error('captured and released do not add up to what was held (I8)');
  const meteredSeconds = state.status === 'settling' ? state.meteredSeconds : 0n;
  return {
    status: 'settled',
    order,
    isCancelled: isCancelled(state),
    reason,
    meteredSeconds,
    captured,
    released,
  };
}
