import { decodeState, encodeState } from '../sessions/session-state.codec';
import { at, ORDER } from '../test/observed.builder';
import { decide } from './decide';
import { evolve } from './evolve';
import { NO_SESSION, type SessionCommand, type SessionState, type SessionStep } from './session';

const CONTAINER = { podUid: 'pod-1', node: 'node-1', startedAtUs: at(130) };
const STEPS: readonly SessionStep[] = [
  { type: 'queued', job: { namespace: 'gpu-sessions', name: 'session-order-1', uid: 'job-1' } },
  { type: 'admitted' },
  { type: 'started', container: CONTAINER },
  {
    type: 'ended',
    ended: {
      end: 'succeeded',
      segments: [{ ...CONTAINER, endedAtUs: at(190), source: 'kubelet' }],
      meteredSeconds: 60n,
      detail: 'exit code 0',
    },
  },
  { type: 'closed' },
];

const place: SessionCommand = { type: 'place_order', order: ORDER };
const step = (of: SessionStep): SessionCommand => ({ type: 'record_step', orderId: ORDER.orderId, step: of });

function after(commands: readonly SessionCommand[]): SessionState {
  return commands.reduce<SessionState>((state, command, index) => {
    return evolve(state, decide(state, command, 'trace'), at(index + 1));
  }, NO_SESSION);
}

test('a whole life, and its versions count only what is told', () => {
  const state = after([place, ...STEPS.map(step)]);
  expect(state).toMatchObject({
    phase: 'closed',
    sessionVersion: 4n,
    traceparent: 'trace',
    placedAtUs: at(1),
    queuedAtUs: at(2),
    admittedAtUs: at(3),
    endedAtUs: at(5),
    ended: { end: 'succeeded', meteredSeconds: 60n },
  });
});

test('every state survives being stored', () => {
  const commands = [place, ...STEPS.map(step)];
  commands.forEach((_, index) => {
    const state = after(commands.slice(0, index + 1));
    expect(decodeState(encodeState(state))).toEqual(state);
  });
  expect(decodeState(Buffer.alloc(0))).toEqual(NO_SESSION);
});

test('the first end stands: nothing leads back from it', () => {
  const ended = after([place, ...STEPS.slice(0, 4).map(step)]);
  for (const late of [...STEPS.slice(0, 4).map(step), place]) {
    expect(decide(ended, late, null).type).toBe('ignored');
  }
  expect(decide(ended, { type: 'stop_order', orderId: ORDER.orderId, reason: 'x' }, null).type).toBe(
    'ignored',
  );
});

test('a step out of turn is ignored', () => {
  expect(decide(after([place]), step({ type: 'admitted' }), null).type).toBe('ignored');
  expect(decide(NO_SESSION, step({ type: 'closed' }), null).type).toBe('ignored');
});

test('a stop that comes before its order is not forgotten', () => {
  const state = after([{ type: 'stop_order', orderId: ORDER.orderId, reason: 'early' }, place]);
  expect(state).toMatchObject({ phase: 'placed', stopReason: 'early' });
});
