import { create, LedgerRecordSchema, SessionEnd, SessionEventSchema } from '@kuda/contracts';
import { ledgerInput } from './ledger-input';
import { sessionInput } from './session-input';

const ID = '0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee';
const HOLD = `hold-${ID}`;
const AMOUNT = { asset: 'POINT', amount: 5n };

type RecordInit = Exclude<Parameters<typeof create<typeof LedgerRecordSchema>>[1], undefined>;
type EventInit = Exclude<Parameters<typeof create<typeof SessionEventSchema>>[1], undefined>;

const fromLedger = (init: RecordInit) => ledgerInput(create(LedgerRecordSchema, { userId: 'ada', ...init }));
const fromScheduler = (init: EventInit) =>
  sessionInput(create(SessionEventSchema, { redemptionId: ID, userId: 'ada', sessionVersion: 4n, ...init }));

function refusal(commandId: string): RecordInit {
  return { commandId, body: { case: 'commandRefused', value: { code: 'C', reason: 'R', holdId: HOLD } } };
}

describe('what the ledger says', () => {
  it.each<[string, RecordInit, object | null]>([
    ['placed', { body: { case: 'holdPlaced', value: { redemptionId: ID } } }, { type: 'hold_placed' }],
    [
      'settled',
      { body: { case: 'holdSettled', value: { redemptionId: ID, captured: [AMOUNT], released: [] } } },
      { type: 'hold_settled', captured: [AMOUNT], released: [] },
    ],
    [
      'released as asked',
      {
        body: {
          case: 'holdReleased',
          value: { redemptionId: ID, released: [AMOUNT], reason: 'not_running' },
        },
      },
      { type: 'hold_released', released: [AMOUNT], isExpired: false },
    ],
    [
      'released in ledger time',
      { body: { case: 'holdReleased', value: { redemptionId: ID, released: [AMOUNT], reason: 'expired' } } },
      { type: 'hold_released', released: [AMOUNT], isExpired: true },
    ],
    ['a refused hold', refusal(`${ID}:hold`), { type: 'hold_refused', code: 'C', reason: 'R' }],
    ['a refused settlement', refusal(`${ID}:settle`), { type: 'settlement_refused', code: 'C' }],
    ['a refused release', refusal(`${ID}:release`), { type: 'settlement_refused', code: 'C' }],
    ['a refusal of another command', refusal('adjustment-7'), null],
    ['a hold of somebody else', { body: { case: 'holdPlaced', value: { redemptionId: 'theirs' } } }, null],
    ['an award', { body: { case: 'activityDecided', value: {} } }, null],
    ['nothing', {}, null],
  ])('%s', (_name, record, input) => {
    expect(fromLedger(record)).toEqual(input === null ? null : { redemptionId: ID, userId: 'ada', input });
  });
});

describe('what the scheduler says', () => {
  it.each<[string, EventInit, object | null]>([
    ['queued', { body: { case: 'sessionQueued', value: {} } }, { phase: 'queued' }],
    ['admitted', { body: { case: 'sessionAdmitted', value: {} } }, { phase: 'admitted' }],
    ['started', { body: { case: 'sessionStarted', value: {} } }, { phase: 'running' }],
  ])('%s', (_name, event, more) => {
    const input = { type: 'session_progressed', sessionVersion: 4n, ...more };
    expect(fromScheduler(event)).toEqual({ redemptionId: ID, userId: 'ada', input });
  });

  it.each([
    [SessionEnd.SUCCEEDED, 'succeeded'],
    [SessionEnd.STOPPED, 'stopped'],
    [SessionEnd.NOT_RUNNING, 'not_running'],
    [SessionEnd.USER_ERROR, 'user_error'],
    [SessionEnd.OUT_OF_MEMORY, 'out_of_memory'],
    [SessionEnd.PLATFORM_FAULT, 'platform_fault'],
    [SessionEnd.LIMIT, 'limit'],
    [SessionEnd.UNSPECIFIED, 'platform_fault'],
  ])('ended %i: %s', (wire, end) => {
    const body = { case: 'sessionEnded', value: { end: wire, meteredSeconds: 9n } } as const;
    const input = { type: 'session_ended', session: { end, meteredSeconds: 9n } };
    expect(fromScheduler({ body })).toEqual({ redemptionId: ID, userId: 'ada', input });
  });

  it('nothing, or of an order that is none of ours', () => {
    expect(fromScheduler({})).toBeNull();
    const body = { case: 'sessionAdmitted', value: {} } as const;
    expect(fromScheduler({ redemptionId: 'theirs', body })).toBeNull();
  });
});
