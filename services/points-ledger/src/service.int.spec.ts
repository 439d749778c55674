import { create, LedgerCommandSchema, toBinary, TOPICS } from '@kuda/contracts';
import {
  DEAD_LETTER_HEADERS,
  VERSION_HEADER,
  type IncomingMessage,
  type OutgoingMessage,
} from '@kuda/messaging';
import { eventually } from '@kuda/testing';
import { decodeRecord } from '@kuda/ledger-core';
import { acceptedBytes, type AcceptedEvent } from './test/accepted-event';
import { startRunningService, type RunningService } from './test/running-service';

const DAY_US = 86_400_000_000n;
const START_LIMIT_MS = 90_000;
const PATIENCE = { timeoutMs: 30_000, everyMs: 100 };
const nowUs = BigInt(Date.now()) * 1000n;

function accepted(event: AcceptedEvent): OutgoingMessage {
  const value = acceptedBytes(event);
  return {
    topic: TOPICS.activityAccepted.name,
    key: event.beneficiary ?? event.subject ?? 'ada',
    value,
    headers: {},
  };
}

function placeHold(commandId: string, amount: bigint): OutgoingMessage {
  const message = create(LedgerCommandSchema, {
    commandId,
    userId: 'ada',
    command: {
      case: 'placeHold',
      value: {
        holdId: 'hold-1',
        redemptionId: 'r-1',
        sku: 'gpu.t4',
        amounts: [{ asset: 'POINT', amount }],
        expiresAtUs: nowUs + DAY_US,
      },
    },
  });
  const value = Buffer.from(toBinary(LedgerCommandSchema, message));
  return { topic: TOPICS.ledgerCommands.name, key: 'ada', value, headers: {} };
}

jest.setTimeout(START_LIMIT_MS);

describe('points-ledger on a real broker and database', () => {
  let running: RunningService;
  const seen: IncomingMessage[] = [];
  beforeAll(async () => {
    running = await startRunningService();
    const reader = running.bus.consumer({
      groupId: 'reader',
      topics: [TOPICS.ledgerEvents.name, 'points-ledger.dlq'],
      offsets: { nextOffset: () => Promise.resolve(0n) },
      handlerOf: () => (batch) => Promise.resolve(void seen.push(...batch.messages)),
      onFatal: (error) => {
        throw error;
      },
    });
    await reader.start();
    running.service.shutdown.register('pools', 'reader', () => reader.close());
  });
  afterAll(() => running.stop());

  const versions = (): string[] =>
    seen
      .filter(({ topic }) => topic === TOPICS.ledgerEvents.name)
      .map(({ headers }) => headers[VERSION_HEADER] ?? '');

  const deadLetterCodes = (): string[] =>
    seen
      .filter(({ topic }) => topic === 'points-ledger.dlq')
      .map(({ headers }) => headers[DEAD_LETTER_HEADERS.code] ?? '');

  it('turns accepted events into points, tells the platform, and answers for them', async () => {
    const login = { type: 'session.login', timeUs: nowUs - DAY_US };
    await running.bus.publisher.publish([
      accepted({ id: 'e1', ...login }),
      accepted({ id: 'e1', ...login }),
      { topic: TOPICS.activityAccepted.name, key: 'ada', value: Buffer.from([255, 255]), headers: {} },
      accepted({ id: 'e2', type: 'account.factor_enrolled', timeUs: nowUs }),
    ]);
    await eventually(() => expect(versions()).toEqual(['1', '2']), PATIENCE);
    const record = decodeRecord(
      seen.find(({ headers }) => headers[VERSION_HEADER] === '2')?.value ?? Buffer.alloc(0),
    );
    expect(record.body.case).toBe('activityDecided');
    expect(record.balances).toMatchObject([{ asset: 'POINT', available: 12_000n }]);
    await eventually(() => expect(deadLetterCodes()).toEqual(['KUDA-LEDGER-2001']), PATIENCE);

    const position = record.position.toString();
    const balance = await running.get(`/v1/users/ada/balance?min_position=${position}`, 'ledger:read');
    expect(balance).toMatchObject({
      status: 200,
      body: {
        user_id: 'ada',
        account_version: '2',
        balances: [{ asset: 'POINT', available: '12000', pending: '0', held: '0', debt: '0' }],
        trust_level: 0,
      },
    });
    const decisions = await running.get(
      `/v1/users/ada/decisions?min_position=${position}&page[size]=2&filter[outcome]=awarded`,
      'ledger:read',
    );
    expect(decisions.body['items']).toMatchObject([
      { rule: 'security.factor', amount_paid: '10000', reason: '', facts: { trust_level: 0 } },
      { rule: 'login.daily', amount_paid: '2000', reason: '' },
    ]);
    const report = await running.get('/v1/reports/decisions', 'reports:read');
    expect(report.body).toMatchObject({
      by_rule: { 'login.daily': 2, 'security.factor': 10 },
      outcomes: { 'login.daily/awarded': 1, 'security.factor/awarded': 1 },
      by_user: { ada: 12 },
      events: 2,
      points: 12,
      users_paid: 1,
    });
  });

  it(
    'takes hold commands once, refuses their id to other content, and goes on after a restart',
    async () => {
      await running.bus.publisher.publish([placeHold('c1', 3_000n), placeHold('c1', 4_000n)]);
      await eventually(() => expect(versions()).toEqual(['1', '2', '3']), PATIENCE);
      const conflict = ['KUDA-LEDGER-2001', 'KUDA-LEDGER-2002'];
      await eventually(() => expect(deadLetterCodes()).toEqual(conflict), PATIENCE);
      await running.restart();
      await running.bus.publisher.publish([placeHold('c1', 3_000n), placeHold('c2', 3_000n)]);
      await eventually(async () => {
        const { body } = await running.get('/v1/users/ada/balance', 'ledger:read');
        expect(body).toMatchObject({ account_version: '4', balances: [{ available: '9000', held: '3000' }] });
      }, PATIENCE);
      const transactions = await running.get('/v1/users/ada/transactions?page[size]=1', 'ledger:read');
      expect(transactions.body).toMatchObject({ items: [{ kind: 'HoldPlaced', account_version: '3' }] });
      const next = String(transactions.body['next']);
      const rest = await running.get(`/v1/users/ada/transactions?page[after]=${next}`, 'ledger:read');
      expect(rest.body).toMatchObject({
        items: [{ account_version: '2' }, { account_version: '1' }],
        next: null,
      });
      expect(running.exits).toEqual([]);
    },
    START_LIMIT_MS,
  );

  it.each([
    ['/v1/users/ada/balance', 'ledger:read'],
    ['/v1/users/ada/transactions', 'ledger:read'],
    ['/v1/users/ada/decisions', 'ledger:read'],
    ['/v1/reports/decisions', 'reports:read'],
  ])('answers %s only with scope %s, and refuses what it does not know', async (url, scope) => {
    expect(await running.get(url, 'metrics:read')).toMatchObject({
      status: 403,
      body: { code: 'KUDA-HTTP-1003' },
    });
    expect((await running.service.app.inject({ method: 'GET', url })).statusCode).toBe(401);
    expect((await running.get(url, scope)).status).toBe(200);
  });

  it('counts what it did, and what waits', async () => {
    const text = await running.service.metrics.text();
    expect(text).toContain('kuda_points_ledger_records_total{kind="commandRefused"} 1');
    expect(text).toMatch(/^kuda_points_ledger_input_lag_records \d+$/m);
  });

  it('says 400 to an unknown query field and a bad id, and 425 to a position it has not reached', async () => {
    expect((await running.get('/v1/users/ada/balance?colour=red', 'ledger:read')).status).toBe(400);
    expect((await running.get('/v1/users/a%20b/balance', 'ledger:read')).status).toBe(400);
    const far = await running.get('/v1/users/ada/balance?min_position=999999', 'ledger:read');
    expect(far).toMatchObject({ status: 425, body: { code: 'KUDA-LEDGER-3001' } });
  });
});
