import { fromBinary, GpuOrderSchema, LedgerCommandSchema } from '@kuda/contracts';
import type { StoredEntry } from '@kuda/event-store';
import { decide } from '../domain/decide';
import { evolve } from '../domain/evolve';
import { INITIAL_STATE, type SagaInput, type SagaState } from '../domain/saga';
import { gpuSeconds, points, someFacts, someTerms } from '../test/builders';
import { decodeStep } from './decode-step';
import { encodeStep } from './encode-step';
import { redemptionRecords } from './redemption.relay';
import { fingerprintOf, streamOf } from './saga-command';
import { packState, unpackState } from './saga-state.codec';

const ID = '0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee';
const TIME = '1970-01-01T00:00:01.000000Z';

/** Plays inputs as the log would: each state packed and unpacked, each step encoded and decoded. */
function entriesOf(...inputs: SagaInput[]): StoredEntry[] {
  let state: SagaState = INITIAL_STATE;
  return inputs.map((input, index) => {
    const version = BigInt(index + 1);
    const step = decide(state, input, someFacts());
    const payload = encodeStep(step, { redemptionId: ID, userId: 'ada', version, recordedAtUs: 1_000_000n });
    expect(decodeStep(payload).step).toEqual(step);
    state = unpackState(packState(evolve(state, step)));
    return {
      commandId: `c${String(index)}`,
      fingerprint: fingerprintOf(''),
      streamId: streamOf(ID),
      kind: step.type,
      payload,
      traceparent: null,
      position: version,
      streamVersion: version,
      recordedAtUs: 1_000_000n,
    };
  });
}

const REQUEST: SagaInput = { type: 'request', terms: someTerms(), quoteExpiresAtUs: 2_000_000n };
const PLACED: SagaInput = { type: 'hold_placed' };
const RAN: SagaInput = { type: 'session_ended', session: { end: 'succeeded', meteredSeconds: 4_800n } };
const FAILED: SagaInput = { type: 'session_ended', session: { end: 'platform_fault', meteredSeconds: 99n } };
const CANCEL: SagaInput = { type: 'cancel', reason: 'enough' };
const EXPIRED: SagaInput = { type: 'hold_released', released: someTerms().held, isExpired: true };

/** What the last entry of these inputs is on the bus, the redemption event left out. */
function commandOf(...inputs: SagaInput[]) {
  const last = entriesOf(...inputs).at(-1);
  const records = last === undefined ? [] : redemptionRecords(last);
  expect(records.at(-1)).toMatchObject({ topic: 'redemption.events.v1', key: ID, value: last?.payload });
  expect(records.length).toBeLessThanOrEqual(2);
  return records.length === 2 ? records[0] : undefined;
}

function ledgerCommand(...inputs: SagaInput[]) {
  const record = commandOf(...inputs);
  expect(record).toMatchObject({ topic: 'ledger.commands.v1', key: 'ada' });
  return fromBinary(LedgerCommandSchema, record?.value ?? new Uint8Array());
}

function gpuOrder(...inputs: SagaInput[]) {
  const record = commandOf(...inputs);
  expect(record).toMatchObject({ topic: 'gpu.orders.v1', key: ID });
  return fromBinary(GpuOrderSchema, record?.value ?? new Uint8Array());
}

describe('what an entry of the redemption log becomes on the bus', () => {
  it('a request: the hold, exact per asset', () => {
    expect(ledgerCommand(REQUEST)).toMatchObject({
      commandId: `${ID}:hold`,
      userId: 'ada',
      command: {
        case: 'placeHold',
        value: {
          holdId: `hold-${ID}`,
          redemptionId: ID,
          sku: 'gpu.t4',
          amounts: [gpuSeconds(3_600n), points(3_000n)],
          expiresAtUs: 1_000_000n + (72n + 2n + 24n) * 3_600_000_000n,
        },
      },
    });
  });

  it('a confirmed hold: the order', () => {
    expect(gpuOrder(REQUEST, PLACED)).toMatchObject({
      orderId: ID,
      order: {
        case: 'placeOrder',
        value: {
          redemptionId: ID,
          userId: 'ada',
          gpuClass: 't4',
          gpuCount: 1,
          durationSeconds: 7_200n,
          image: 'tensorflow-2.15-cuda12',
          trustLevel: 0,
          queueUntilUs: 1_000_000n + 72n * 3_600_000_000n,
        },
      },
    });
  });

  it('a session that ran: capture of what ran', () => {
    expect(ledgerCommand(REQUEST, PLACED, RAN)).toMatchObject({
      commandId: `${ID}:settle`,
      command: {
        case: 'settleHold',
        value: { holdId: `hold-${ID}`, captured: [gpuSeconds(3_600n), points(1_000n)], reason: 'used' },
      },
    });
  });

  it('a session that nobody pays for: release of the whole hold', () => {
    expect(ledgerCommand(REQUEST, PLACED, FAILED)).toMatchObject({
      commandId: `${ID}:release`,
      command: { case: 'releaseHold', value: { holdId: `hold-${ID}`, reason: 'platform_fault' } },
    });
  });

  it('a cancellation: nothing before the order, its stop afterwards', () => {
    expect(commandOf(REQUEST, CANCEL)).toBeUndefined();
    expect(gpuOrder(REQUEST, PLACED, CANCEL)).toMatchObject({
      order: { case: 'stopOrder', value: { reason: 'enough' } },
    });
    expect(ledgerCommand(REQUEST, CANCEL, PLACED)).toMatchObject({ commandId: `${ID}:release` });
  });

  it('a hold that ran out under a session: the stop of its order', () => {
    expect(gpuOrder(REQUEST, PLACED, EXPIRED)).toMatchObject({
      order: { case: 'stopOrder', value: { reason: 'hold_expired' } },
    });
    expect(commandOf(REQUEST, EXPIRED)).toBeUndefined();
    expect(commandOf(REQUEST, PLACED, RAN, EXPIRED)).toBeUndefined();
  });

  it.each<[string, SagaInput[]]>([
    ['progress', [REQUEST, PLACED, { type: 'session_progressed', phase: 'running', sessionVersion: 1n }]],
    ['a repeat', [REQUEST, PLACED, PLACED]],
    ['a refusal', [REQUEST, { type: 'hold_refused', code: 'X', reason: 'short' }]],
  ])('%s: only the event', (_name, inputs) => {
    expect(commandOf(...inputs)).toBeUndefined();
  });

  it('says who, what and when in CloudEvents headers', () => {
    const [entry] = entriesOf(REQUEST);
    const headers = entry === undefined ? [] : redemptionRecords(entry).map((record) => record.headers);
    const common = { ce_specversion: '1.0', ce_source: '/kuda/redemption', ce_subject: 'ada', ce_time: TIME };
    expect(headers).toMatchObject([
      { ...common, ce_id: `${ID}:hold`, ce_type: 'ai.kuda.ledger.hold-requested.v1' },
      { ...common, ce_id: `${ID}/1`, ce_type: 'ai.kuda.redemption.redemption-requested.v1' },
    ]);
  });
});
