import { SessionEnd as WireEnd, type SessionEvent } from '@kuda/contracts';
import type { SagaInput, SessionPhase } from '../domain/saga';
import type { SessionEnd } from '../domain/settlement';
import { isRedemptionId, type SagaCommand } from './saga-command';

/** What the scheduler says to a redemption; null for an event without a meaning here. */
export function sessionInput(event: SessionEvent): SagaCommand | null {
  const { redemptionId, userId } = event;
  const input = inputOf(event);
  return input !== null && isRedemptionId(redemptionId) ? { redemptionId, userId, input } : null;
}

function inputOf({ body, sessionVersion }: SessionEvent): SagaInput | null {
  switch (body.case) {
    case 'sessionQueued':
      return progressed('queued', sessionVersion);
    case 'sessionAdmitted':
      return progressed('admitted', sessionVersion);
    case 'sessionStarted':
      return progressed('running', sessionVersion);
    case 'sessionEnded': {
      const { end, meteredSeconds } = body.value;
      const session = { end: endOf(end), meteredSeconds };
      return { type: 'session_ended', session };
    }
    case undefined:
      return null;
  }
}

function progressed(phase: SessionPhase, sessionVersion: bigint): SagaInput {
  return { type: 'session_progressed', phase, sessionVersion };
}

/** An end that a newer scheduler invents is nobody's fault but ours. */
function endOf(end: WireEnd): SessionEnd {
  switch (end) {
    case WireEnd.SUCCEEDED:
      return 'succeeded';
    case WireEnd.STOPPED:
      return 'stopped';
    case WireEnd.NOT_RUNNING:
      return 'not_running';
    case WireEnd.USER_ERROR:
      return 'user_error';
    case WireEnd.OUT_OF_MEMORY:
      return 'out_of_memory';
    case WireEnd.LIMIT:
      return 'limit';
    case WireEnd.PLATFORM_FAULT:
    case WireEnd.UNSPECIFIED:
      return 'platform_fault';
  }
}
