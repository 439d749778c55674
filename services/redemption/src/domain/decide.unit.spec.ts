import { decide } from './decide';
import { evolve } from './evolve';
import { INITIAL_STATE, type SagaInput, type SagaState } from './saga';
import { gpuSeconds, points, someFacts, someTerms } from '../test/builders';

const REQUEST: SagaInput = { type: 'request', terms: someTerms(), quoteExpiresAtUs: 2_000_000n };
const US = 1_000_000n;

function given(...inputs: SagaInput[]): SagaState {
  return inputs.reduce<SagaState>(
    (state, input) => evolve(state, decide(state, input, someFacts())),
    INITIAL_STATE,
  );
}

describe('a request', () => {
  it('asks for the hold, with the deadlines of the policy', () => {
    const state = given(REQUEST);
    const queueUntilUs = US + 72n * 3600n * US;
    expect(state).toMatchObject({
      status: 'requested',
      order: { queueUntilUs, holdExpiresAtUs: queueUntilUs + (2n + 24n) * 3600n * US },
    });
  });

  it.each([
    ['a quote at its last instant', { nowUs: 1_999_999n }, null],
    ['an expired quote', { nowUs: 2_000_000n }, 'KUDA-REDEMPTION-3001'],
    ['a used quote', { isQuoteUsed: true }, 'KUDA-REDEMPTION-3002'],
    ['one session', { liveRedemptions: 1 }, null],
    ['two sessions', { liveRedemptions: 2 }, 'KUDA-REDEMPTION-2008'],
    ['a window that is not full', { rollingGpuSeconds: 10_000_000n }, null],
    ['the first of several broken rules', { nowUs: 2_000_000n, isQuoteUsed: true }, 'KUDA-REDEMPTION-3001'],
  ])('with %s', (_name, facts, code) => {
    const step = decide(INITIAL_STATE, REQUEST, someFacts(facts));
    expect(step).toMatchObject(
      code === null ? { type: 'redemption_requested' } : { type: 'redemption_refused', code },
    );
  });
});

it('counts the rolling window again: another quote may have been redeemed since', () => {
  const terms = someTerms({ gpuClass: 'a100', gpuCount: 2, durationSeconds: 24 * 3600, trustLevel: 2 });
  const request: SagaInput = { type: 'request', terms, quoteExpiresAtUs: 2_000_000n };
  const step = (hours: bigint) =>
    decide(INITIAL_STATE, request, someFacts({ rollingGpuSeconds: hours * 3600n }));
  expect(step(24n).type).toBe('redemption_requested');
  expect(step(25n)).toMatchObject({ type: 'redemption_refused', code: 'KUDA-REDEMPTION-2007' });
});

describe('the way to the settlement', () => {
  const ordered = given(REQUEST, { type: 'hold_placed' });

  it('takes no session event that a later one has overtaken', () => {
    const running = given(
      REQUEST,
      { type: 'hold_placed' },
      { type: 'session_progressed', phase: 'running', sessionVersion: 3n },
    );
    const late = decide(
      running,
      { type: 'session_progressed', phase: 'queued', sessionVersion: 2n },
      someFacts(),
    );
    expect(late.type).toBe('input_ignored');
  });

  it('settles what ran and then takes the word of the ledger', () => {
    const session = { end: 'succeeded', meteredSeconds: 5_400n } as const;
    const step = decide(ordered, { type: 'session_ended', session }, someFacts());
    const captured = [gpuSeconds(3_600n), points(1_500n)];
    expect(step).toEqual({ type: 'settlement_requested', reason: 'used', meteredSeconds: 5_400n, captured });
    const released = [points(1_500n)];
    const end = evolve(evolve(ordered, step), {
      type: 'redemption_settled',
      reason: 'used',
      captured,
      released,
      mustStopOrder: false,
    });
    expect(end).toMatchObject({
      status: 'settled',
      reason: 'used',
      meteredSeconds: 5_400n,
      captured,
      released,
    });
  });

  it('stops the session when the ledger gives the hold back before it ended', () => {
    const released = someTerms().held;
    const step = decide(ordered, { type: 'hold_released', released, isExpired: true }, someFacts());
    expect(step).toMatchObject({ type: 'redemption_settled', reason: 'hold_expired', mustStopOrder: true });
  });

  it('refuses to end with amounts that are not those held (I8)', () => {
    const step = decide(
      ordered,
      { type: 'hold_settled', captured: [points(1n)], released: [points(1n)] },
      someFacts(),
    );
    expect(() => evolve(ordered, step)).toThrow('I8');
  });
});
