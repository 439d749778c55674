import { TOPICS } from '@kuda/contracts';
import { partitionOfKey, type OutgoingMessage } from '@kuda/messaging';
import { eventually } from '@kuda/testing';
import { acceptedBytes, type AcceptedEvent } from './test/accepted-event';
import { startRunningService, type RunningService } from './test/running-service';

const START_LIMIT_MS = 120_000;
const PATIENCE = { timeoutMs: 30_000, everyMs: 100 };
const DAY_US = 86_400_000_000n;
const nowUs = BigInt(Date.now()) * 1_000n;
const USERS = ['ada', 'bo', 'cy', 'dee', 'eve', 'flo'];

const ALL = [
  'adjustments:write',
  'adjustments:approve',
  'transactions:reverse',
  'accounts:write',
  'ledger:read',
];

type Json = Record<string, unknown>;

function accepted(event: AcceptedEvent): OutgoingMessage {
  const key = event.beneficiary ?? event.subject ?? 'ada';
  return { topic: TOPICS.activityAccepted.name, key, value: acceptedBytes(event), headers: {} };
}

jest.setTimeout(START_LIMIT_MS);

describe.each([1, 4])('writes and reads over HTTP, a ledger of %i shards', (shards) => {
  let running: RunningService;
  beforeAll(async () => {
    running = await startRunningService(shards);
  });
  afterAll(() => running.stop());

  let keys = 0;
  const post = (url: string, body: object, { as = 'op', key = '', scopes = ALL } = {}) => {
    keys += 1;
    const headers = { 'idempotency-key': key === '' ? `key-${String(shards)}-${String(keys)}` : key };
    return running.call({ method: 'POST', url, subject: as, scopes, body, headers });
  };
  const get = (url: string) => running.get(url, 'ledger:read');
  const balanceOf = async (user: string, query = ''): Promise<Json> =>
    (await get(`/v1/users/${user}/balance${query}`)).body;

  it('gives every user a home by murmur2, and adds up over all of them', async () => {
    await running.bus.publisher.publish(
      USERS.map((subject) =>
        accepted({ id: `f-${subject}`, type: 'account.factor_enrolled', subject, timeUs: nowUs - DAY_US }),
      ),
    );
    for (const user of USERS) {
      await eventually(async () => {
        const body = await balanceOf(user);
        expect(body).toMatchObject({
          shard: partitionOfKey(user, shards),
          account_version: '1',
          balances: [{ asset: 'POINT', available: '10000' }],
        });
      }, PATIENCE);
    }
    const { body } = await running.get('/v1/reports/decisions', 'reports:read');
    expect(body).toMatchObject({ events: USERS.length, points: 60, position: String(USERS.length) });
    expect(body['positions']).toHaveLength(shards);
  });

  it('adjusts by two persons, answers a repeat the same, and refuses oneself and other content', async () => {
    const body = { asset: 'POINT', amount: '5000', reason: 'a prize', case_id: 'c-1' };
    const url = '/v1/users/ada/adjustments';
    const key = `prize-${String(shards)}`;
    const proposed = await post(url, body, { as: 'olga', key });
    expect(proposed).toMatchObject({
      status: 200,
      body: { status: 'recorded', kind: 'adjustment_proposed' },
    });
    expect((await post(url, body, { as: 'olga', key })).body).toEqual(proposed.body);
    expect(await post(url, { ...body, amount: '6000' }, { as: 'olga', key })).toMatchObject({
      status: 422,
      body: { code: 'KUDA-LEDGER-3004' },
    });
    const own = await post(`${url}/${key}:approve`, {}, { as: 'olga' });
    expect(own).toMatchObject({ status: 403, body: { code: 'KUDA-LEDGER-1021', reason: 'self_approval' } });
    const approved = await post(`${url}/${key}:approve`, {}, { as: 'piet' });
    expect(approved).toMatchObject({
      status: 200,
      body: {
        kind: 'balance_adjusted',
        result: { proposed_by: 'olga', approved_by: 'piet', amount: '5000' },
      },
    });
    const { position } = approved.body as { position: string };
    expect(await balanceOf('ada', `?min_position=${position}`)).toMatchObject({
      balances: [{ available: '15000' }],
    });
    const looked = await get(`/v1/commands/${(own.body as { command_id: string }).command_id}`);
    expect(looked).toMatchObject({
      status: 200,
      body: { status: 'refused', result: { code: 'KUDA-LEDGER-1021' } },
    });
    expect((await post(url, body, { scopes: ['ledger:read'] })).status).toBe(403);
    expect((await running.call({ method: 'POST', url, subject: 'op', scopes: ALL, body })).status).toBe(400);
  });

  it('reads the past of an account by position and by instant, and explains what came of a command then', async () => {
    const versions: { position: string; recorded_at: string; available: string }[] = [];
    for (const amount of ['100', '200', '300']) {
      const key = `grant-${String(shards)}-${amount}`;
      await post('/v1/users/bo/adjustments', { asset: 'POINT', amount, reason: 'x' }, { as: 'olga', key });
      const { body } = await post(`/v1/users/bo/adjustments/${key}:approve`, {}, { as: 'piet' });
      const { position, recorded_at, balances } = body as unknown as {
        position: string;
        recorded_at: string;
        balances: { available: string }[];
      };
      versions.push({ position, recorded_at, available: balances[0]?.available ?? '' });
    }
    expect(versions.map(({ available }) => available)).toEqual(['10100', '10300', '10600']);
    for (const { position, recorded_at, available } of versions) {
      const then = { balances: [{ available }], position };
      expect(await balanceOf('bo', `?as_of_position=${position}`)).toMatchObject(then);
      expect(await balanceOf('bo', `?as_of=${recorded_at}`)).toMatchObject(then);
    }
    expect(await balanceOf('bo', '?as_of=2020-01-01T00:00:00Z')).toMatchObject({
      balances: [],
      account_version: '0',
    });
    expect((await get('/v1/users/bo/balance?as_of=2020-01-01T00:00:00Z&as_of_position=1')).status).toBe(400);
    await post('/v1/users/bo:freeze', { reason: 'stolen?' }, { as: 'olga' });
    const again = await post('/v1/users/bo:freeze', { reason: 'stolen?' }, { as: 'olga' });
    expect(again).toMatchObject({ status: 423, body: { reason: 'account_frozen' } });
    const id = String(again.body['command_id']);
    const why = await get(`/v1/commands/${id}/explanation`);
    expect(why.body).toMatchObject({
      outcome: { status: 'refused', command_id: id },
      before: { balances: [{ asset: 'POINT', available: '10600' }], holds: [] },
      refusal: { code: 'KUDA-LEDGER-1011', title: 'Account frozen' },
      rules: [],
    });
    expect(await balanceOf('bo')).toMatchObject({ frozen: true, status: 'open' });
  });

  it('explains what an event earned and what it did not', async () => {
    const command = encodeURIComponent('/platform/test#f-cy');
    const { body } = await get(`/v1/commands/${command}/explanation`);
    expect(body).toMatchObject({ before: { balances: [] }, refusal: null });
    const rules = body['rules'] as readonly { decision_id: string; rule: string; text: string }[];
    expect(rules.find(({ rule }) => rule === 'security.factor')?.text).toMatch(/10/);
    const one = await get(`/v1/decisions/${rules[0]?.decision_id ?? ''}/explanation`);
    expect(one.body['rules']).toEqual([rules[0]]);
    const listed = await get('/v1/users/cy/decisions?min_position=1');
    expect(listed.body['items']).toMatchObject([{ id: rules[0]?.decision_id }]);
    expect((await get('/v1/decisions/0-999999-1/explanation')).status).toBe(404);
  });

  it('pages lots in spending order, and reverses an award with the debt that is left', async () => {
    for (const amount of ['10', '20', '30']) {
      const key = `lots-${String(shards)}-${amount}`;
      const expires_at = `20${String(36 - Number(amount) / 10)}-01-01T00:00:00Z`;
      await post(
        '/v1/users/dee/adjustments',
        { asset: 'POINT', amount, reason: 'x', expires_at },
        { as: 'olga', key },
      );
      await post(`/v1/users/dee/adjustments/${key}:approve`, {}, { as: 'piet' });
    }
    const seen: string[] = [];
    for (let next: string | null = ''; next !== null;) {
      const { body } = await get(
        `/v1/users/dee/lots?page[size]=3${next === '' ? '' : `&page[after]=${next}`}`,
      );
      seen.push(...(body['items'] as { remaining: string }[]).map(({ remaining }) => remaining));
      next = body['next'] as string | null;
    }
    expect(seen).toEqual(['10000', '30', '20', '10']);
    await post(
      '/v1/users/dee/adjustments',
      { asset: 'POINT', amount: '-9000', reason: 'x' },
      { as: 'olga', key: `minus-${String(shards)}` },
    );
    await post(`/v1/users/dee/adjustments/minus-${String(shards)}:approve`, {}, { as: 'piet' });
    const { body } = await get(`/v1/commands/${encodeURIComponent('/platform/test#f-dee')}`);
    const reversed = await post(`/v1/users/dee/transactions/${String(body['position'])}:reverse`, {
      reason: 'not yours',
    });
    expect(reversed).toMatchObject({ status: 200, body: { kind: 'transaction_reversed' } });
    const { position } = reversed.body as { position: string };
    const statement = await get(`/v1/users/dee/transactions?min_position=${position}&page[size]=2`);
    const [mirrored, adjusted] = statement.body['items'] as {
      kind: string;
      reason: string;
      balances: Json[];
    }[];
    expect(mirrored).toMatchObject({ kind: 'TransactionReversed', reason: 'not yours' });
    const [{ available, debt } = {}] = mirrored?.balances ?? [];
    expect(BigInt(String(available)) - BigInt(String(debt))).toBe(-8_940n);
    expect(adjusted).toMatchObject({
      kind: 'BalanceAdjusted',
      balances: [{ asset: 'POINT', available: '1060' }],
    });
    const twice = await post(`/v1/users/dee/transactions/${String(body['position'])}:reverse`, {
      reason: 'again',
    });
    expect(twice).toMatchObject({ status: 409, body: { reason: 'already_reversed' } });
    expect((await post('/v1/users/dee/transactions/999999:reverse', { reason: 'x' })).status).toBe(404);
  });

  it('streams a balance: at once, and after a change', async () => {
    const token = await running.token('ledger:read');
    const answer = await running.service.app.inject({
      method: 'GET',
      url: '/v1/users/flo/balance/stream',
      headers: { authorization: `Bearer ${token}` },
      payloadAsStream: true,
    });
    let text = '';
    const stream = answer.stream();
    stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    await eventually(() => expect(text).toContain('"account_version":"1"'), PATIENCE);
    await post('/v1/users/flo:freeze', { reason: 'test' });
    await eventually(() => expect(text).toContain('"account_version":"2"'), PATIENCE);
    expect(text.match(/event: balance/g)).toHaveLength(2);
    stream.destroy();
  });

  it('goes on after a restart, and ends nothing by itself', async () => {
    await running.restart();
    expect(await post('/v1/users/eve:freeze', { reason: 'test' })).toMatchObject({ status: 200 });
    expect(running.exits).toEqual([]);
  });
});
