import { isTold, type SessionEvent, type SessionState, type SessionStep } from './session';

function withStep(state: SessionState, step: SessionStep, atUs: bigint): SessionState {
  switch (step.type) {
    case 'queued':
      return { ...state, phase: 'queued', job: step.job, queuedAtUs: atUs };
    case 'admitted':
      return { ...state, phase: 'admitted', admittedAtUs: atUs };
    case 'started':
      return { ...state, phase: 'running', running: step.container };
    case 'ended':
      return { ...state, phase: 'ended', ended: step.ended, endedAtUs: atUs };
    case 'closed':
      return { ...state, phase: 'closed' };
  }
}

/** The state after an event recorded at that log time. */
export function evolve(state: SessionState, event: SessionEvent, atUs: bigint): SessionState {
  switch (event.type) {
    case 'order_placed':
      return {
        ...state,
        phase: 'placed',
        order: event.order,
        placedAtUs: atUs,
        traceparent: event.traceparent,
      };
    case 'stop_requested':
      return { ...state, stopReason: event.reason };
    case 'step_made': {
      const next = withStep(state, event.step, atUs);
      return isTold(event.step) ? { ...next, sessionVersion: state.sessionVersion + 1n } : next;
    }
    case 'ignored':
      return state;
  }
}
