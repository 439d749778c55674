import type { SessionCommand, SessionEvent, SessionPhase, SessionState, SessionStep } from './session';

/** In which phases a step may be made. First terminal state wins: nothing leads back from `ended`. */
const FROM: Readonly<Record<SessionStep['type'], readonly SessionPhase[]>> = {
  queued: ['placed'],
  admitted: ['queued'],
  started: ['admitted'],
  ended: ['placed', 'queued', 'admitted', 'running'],
  closed: ['ended'],
};

/** What a command becomes; a command that comes too late is recorded as ignored. */
export function decide(
  state: SessionState,
  command: SessionCommand,
  traceparent: string | null,
): SessionEvent {
  switch (command.type) {
    case 'place_order':
      if (state.phase !== 'none') return { type: 'ignored', detail: `order placed while ${state.phase}` };
      return { type: 'order_placed', order: command.order, traceparent };
    case 'stop_order':
      if (state.phase === 'ended' || state.phase === 'closed') {
        return { type: 'ignored', detail: `stop asked for while ${state.phase}` };
      }
      return { type: 'stop_requested', reason: command.reason };
    case 'record_step': {
      const { step } = command;
      if (!FROM[step.type].includes(state.phase)) {
        return { type: 'ignored', detail: `${step.type} while ${state.phase}` };
      }
      return { type: 'step_made', step };
    }
  }
}
