import { SessionEnd } from '@kuda/contracts';
import { eventually, startKafka, type KafkaServer } from '@kuda/testing';
import { ALL_SCOPES, ServiceFixture, type Answer } from './test/service.fixture';

const START_LIMIT_MS = 60_000;
const DAY_US = 86_400_000_000n;
const POINTS_120 = { asset: 'POINT', amount: '120000' };

/** A user of L1: registered ten days ago, an hour of succeeded jobs. */
function trustOfL1() {
  return {
    registeredAtUs: BigInt(Date.now()) * 1000n - 10n * DAY_US,
    succeededDeviceSeconds: 6_000n,
    factorEnrolled: true,
    valueLaneAwards: 2n,
    valueLanePoints: 40_000n,
  };
}

function balances(milliPoints: bigint, gpuSeconds: bigint) {
  return [
    { asset: 'POINT', available: milliPoints },
    { asset: 'GPU_SECOND/any', available: gpuSeconds },
  ];
}

describe('redemption on a real bus and a real database', () => {
  let kafka: KafkaServer;
  let service: ServiceFixture;

  beforeAll(async () => {
    kafka = await startKafka();
    service = await ServiceFixture.create(kafka.brokers);
    await service.start();
  }, START_LIMIT_MS);

  afterAll(async () => {
    await service.end();
    await kafka.stop();
  }, START_LIMIT_MS);

  /** A member with 120 points and 5 GPU hours, at L1; the position at which the service knows it. */
  const aMember = (userId: string): Promise<bigint> =>
    service.ledgerSays(userId, { balances: balances(120_000n, 18_000n), trust: trustOfL1() });

  const a100 = { sku: 'gpu.a100', gpu_count: 1, duration_seconds: 28_800, funding: 'points_only' };
  const t4 = { sku: 'gpu.t4', gpu_count: 1, duration_seconds: 3_600 };

  const quote = (user_id: string, wish: object, position = 0n): Promise<Answer> =>
    service.call({ url: `/v1/quotes?min_position=${position.toString()}`, body: { user_id, ...wish } });

  const redeem = (quoteId: unknown, key: string): Promise<Answer> =>
    service.call({ url: '/v1/redemptions', body: { quote_id: quoteId }, key });

  /** A new member's redemption of a wish, requested. */
  async function requested(userId: string, wish: object): Promise<string> {
    const { json } = await quote(userId, wish, await aMember(userId));
    const answer = await redeem(json['quote_id'], `key-${userId}`);
    expect(answer.status).toBe(202);
    return String(answer.json['redemption_id']);
  }

  const holdIsPlaced = (userId: string, redemptionId: string): Promise<bigint> =>
    service.ledgerSays(userId, {
      commandId: `${redemptionId}:hold`,
      body: { case: 'holdPlaced', value: { holdId: `hold-${redemptionId}`, redemptionId } },
    });

  const sessionEnds = (userId: string, orderId: string, end: SessionEnd, meteredSeconds: bigint) =>
    service.schedulerSays(orderId, {
      userId,
      sessionVersion: 9n,
      body: { case: 'sessionEnded', value: { end, meteredSeconds } },
    });

  it('turns 120 points into 8 hours on one A100: quote, hold, order, session, settlement', async () => {
    const answer = await quote('ada', a100, await aMember('ada'));
    expect(answer).toMatchObject({ status: 201, json: { price: [POINTS_120], trust_level: 1 } });
    const { json } = await redeem(answer.json['quote_id'], 'first');
    expect(json).toMatchObject({ state: 'requested', price: [POINTS_120], order_id: null });
    const id = String(json['redemption_id']);

    const hold = await service.command(`${id}:hold`);
    expect(hold).toMatchObject({
      userId: 'ada',
      command: { value: { holdId: `hold-${id}`, amounts: [{ asset: 'POINT', amount: 120_000n }] } },
    });
    await holdIsPlaced('ada', id);
    expect(await service.order(id, 'placeOrder')).toMatchObject({
      order: { value: { gpuClass: 'a100', gpuCount: 1, durationSeconds: 28_800n, userId: 'ada' } },
    });
    const says = (sessionVersion: bigint, body: object) =>
      service.schedulerSays(id, { userId: 'ada', sessionVersion, ...body });
    await says(1n, { body: { case: 'sessionQueued', value: {} } });
    await service.state(id, 'queued');
    await says(3n, { body: { case: 'sessionStarted', value: {} } });
    await says(2n, { body: { case: 'sessionAdmitted', value: {} } });
    await service.state(id, 'running');
    await sessionEnds('ada', id, SessionEnd.LIMIT, 28_800n);
    const settle = await service.command(`${id}:settle`);
    expect(settle.command.value).toMatchObject({
      reason: 'limit',
      captured: [{ asset: 'POINT', amount: 120_000n }],
    });
    await service.ledgerSays('ada', {
      body: {
        case: 'holdSettled',
        value: { redemptionId: id, captured: [{ asset: 'POINT', amount: 120_000n }], reason: 'limit' },
      },
    });
    expect(await service.state(id, 'settled')).toMatchObject({
      reason: 'limit',
      metered_seconds: 28_800,
      captured: [POINTS_120],
      released: [],
    });
    await eventually(() => {
      const kinds = service.events(id).map((event) => event.body.case);
      expect(kinds).toEqual([
        'redemptionRequested',
        'holdConfirmed',
        'sessionProgressed',
        'sessionProgressed',
        'inputIgnored',
        'settlementRequested',
        'redemptionSettled',
      ]);
      expect(service.events(id).map((event) => event.redemptionVersion)).toEqual([
        1n,
        2n,
        3n,
        4n,
        5n,
        6n,
        7n,
      ]);
    });
  });

  it('pays one T4 hour from the welcome hours, and gives back what did not run', async () => {
    const id = await requested('bob', t4);
    const hold = await service.command(`${id}:hold`);
    expect(hold.command.value).toMatchObject({ amounts: [{ asset: 'GPU_SECOND/any', amount: 3_600n }] });
    await holdIsPlaced('bob', id);
    await service.order(id, 'placeOrder');
    await sessionEnds('bob', id, SessionEnd.SUCCEEDED, 1_000n);
    const { command } = await service.command(`${id}:settle`);
    expect(command.value).toMatchObject({ captured: [{ asset: 'GPU_SECOND/any', amount: 1_000n }] });
  });

  it('answers a repeated request the same, and refuses the key for another one', async () => {
    const { json } = await quote('carl', t4, await aMember('carl'));
    const quoteId = json['quote_id'];
    expect(await service.call({ url: '/v1/redemptions', body: { quote_id: quoteId } })).toMatchObject({
      status: 400,
      json: { code: 'KUDA-HTTP-1007' },
    });
    const both = await Promise.all([redeem(quoteId, 'k'), redeem(quoteId, 'k')]);
    const later = await redeem(quoteId, 'k');
    expect([...both, later].map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set([...both, later].map(({ text }) => text)).size).toBe(1);
    expect(later.headers['idempotent-replayed']).toBe('true');
    expect(both.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(1);

    const second = await quote('carl', t4);
    expect(await redeem(second.json['quote_id'], 'k')).toMatchObject({
      status: 422,
      json: { code: 'KUDA-REDEMPTION-1004' },
    });
    const used = await redeem(quoteId, 'other');
    expect(used).toMatchObject({ status: 409, json: { code: 'KUDA-REDEMPTION-3002' } });
    const again = await redeem(quoteId, 'other');
    expect(again).toMatchObject({ status: 409, headers: { 'idempotent-replayed': 'true' } });
  });

  it('lets a user have one active and one queued session, however fast they ask', async () => {
    const position = await aMember('dora');
    const quotes = await Promise.all([1, 2, 3].map(() => quote('dora', t4, position)));
    const answers = await Promise.all(
      quotes.map(({ json }, index) => redeem(json['quote_id'], `d${String(index)}`)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 202, 403]);
    expect(await quote('dora', t4)).toMatchObject({ status: 403, json: { code: 'KUDA-REDEMPTION-2008' } });
    const list = await service.call({ url: '/v1/users/dora/redemptions?page[size]=1' });
    expect(list.json).toMatchObject({ items: [{ state: 'requested' }] });
    const rest = await service.call({
      url: `/v1/users/dora/redemptions?page[size]=1&page[after]=${String(list.json['next'])}`,
    });
    expect(rest.json).toMatchObject({ items: [{ state: 'requested' }], next: null });
    expect(rest.json['items']).not.toEqual(list.json['items']);
  });

  it('takes one step for a record of the ledger that comes twice', async () => {
    const id = await requested('ned', t4);
    await holdIsPlaced('ned', id);
    await service.order(id, 'placeOrder');
    await service.ledgerRepeats();
    const position = await service.ledgerSays('ned', { balances: balances(1n, 1n), trust: trustOfL1() });
    await quote('ned', t4, position);
    expect(await service.state(id, 'reserved')).toMatchObject({ version: '2' });
  });

  it('keeps the keys of different callers apart', async () => {
    const position = await aMember('olga');
    const [one, two] = await Promise.all([quote('olga', t4, position), quote('olga', t4, position)]);
    const ask = (sub: string, key: string, { json }: Answer) =>
      service.call({ url: '/v1/redemptions', body: { quote_id: json['quote_id'] }, key, sub });
    expect(await ask('a', 'b:c', one)).toMatchObject({ status: 202 });
    expect(await ask('a:b', 'c', two)).toMatchObject({ status: 202 });
  });

  it('ends refused when the ledger refuses the hold', async () => {
    const id = await requested('eve', t4);
    await service.ledgerSays('eve', {
      commandId: `${id}:hold`,
      body: { case: 'commandRefused', value: { code: 'KUDA-LEDGER-1001', reason: 'insufficient_available' } },
    });
    expect(await service.state(id, 'refused')).toMatchObject({
      refusal_code: 'KUDA-LEDGER-1001',
      order_id: null,
    });
  });

  it('charges nothing when cancelled before the hold stands, and stops a session when cancelled later', async () => {
    const early = await requested('fay', t4);
    const cancel = (id: string) => service.call({ url: `/v1/redemptions/${id}/cancel`, method: 'POST' });
    expect(await cancel(early)).toMatchObject({ status: 202, json: { cancellation_requested: true } });
    await holdIsPlaced('fay', early);
    expect((await service.command(`${early}:release`)).command.value).toMatchObject({
      reason: 'not_running',
    });
    expect(await cancel(early)).toMatchObject({ status: 202 });

    const late = await requested('gil', t4);
    await holdIsPlaced('gil', late);
    await service.order(late, 'placeOrder');
    expect(await cancel(late)).toMatchObject({ status: 202, json: { state: 'reserved' } });
    await service.order(late, 'stopOrder');
    await sessionEnds('gil', late, SessionEnd.NOT_RUNNING, 0n);
    await service.command(`${late}:release`);
    const released = [{ asset: 'GPU_SECOND/any', amount: 3_600n }];
    await service.ledgerSays('gil', {
      body: { case: 'holdReleased', value: { redemptionId: late, released, reason: 'not_running' } },
    });
    await service.state(late, 'settled');
    expect(service.orders().some((order) => order.orderId === early)).toBe(false);
    const never = '0199aaaa-0000-7000-8000-000000000000';
    expect(await cancel(never)).toMatchObject({ status: 404 });
  });

  it(
    'goes on after a restart where it was, and asks for nothing twice',
    async () => {
      const id = await requested('hal', t4);
      await service.command(`${id}:hold`);
      await service.stop();
      await holdIsPlaced('hal', id);
      await service.start();
      await service.order(id, 'placeOrder');
      await service.stop();
      await sessionEnds('hal', id, SessionEnd.SUCCEEDED, 3_600n);
      await service.start();
      await service.command(`${id}:settle`);
      expect(await service.state(id, 'settling')).toMatchObject({ metered_seconds: 3_600 });
      const captured = [{ asset: 'GPU_SECOND/any', amount: 3_600n }];
      await service.ledgerSays('hal', {
        body: { case: 'holdSettled', value: { redemptionId: id, captured } },
      });
      await service.state(id, 'settled');
      const ids = service.commands().map(({ commandId }) => commandId);
      expect(new Set(ids).size).toBe(ids.length);
      await eventually(() => {
        expect(service.events(id).map((event) => event.redemptionVersion)).toEqual([1n, 2n, 3n, 4n]);
      });
    },
    START_LIMIT_MS,
  );

  it('puts an unreadable record aside and goes on', async () => {
    const before = service.deadLetters().length;
    await service.publish('ledger.events.v1', 'x', Buffer.from([0xff, 0xff, 0xff]));
    await service.publish('gpu.sessions.v1', 'x', Buffer.from([0xff, 0xff, 0xff]));
    await eventually(() => expect(service.deadLetters()).toHaveLength(before + 2));
    expect((await quote('ivy', t4, await aMember('ivy'))).status).toBe(201);
  });

  describe('refuses', () => {
    it('a wish beyond the balance, saying by how much', async () => {
      const position = await service.ledgerSays('poor', {
        balances: balances(1_000n, 0n),
        trust: trustOfL1(),
      });
      expect(await quote('poor', t4, position)).toMatchObject({
        status: 402,
        json: { code: 'KUDA-REDEMPTION-2009', required: '3000', available: '1000', shortfall: '2000' },
      });
    });

    it.each([
      ['more than 3 GPUs', { ...t4, gpu_count: 4 }, 422, 'KUDA-REDEMPTION-2001'],
      ['more than 24 hours', { ...t4, duration_seconds: 86_401 }, 422, 'KUDA-REDEMPTION-2002'],
      ['what is not for sale', { ...t4, sku: 'tpu.v5e' }, 422, 'KUDA-REDEMPTION-1002'],
      ['a class above the trust level', { ...t4, sku: 'gpu.a100' }, 403, 'KUDA-REDEMPTION-2004'],
      ['an unknown field', { ...t4, colour: 'red' }, 400, 'KUDA-HTTP-1001'],
      ['a negative count', { ...t4, gpu_count: -1 }, 400, 'KUDA-HTTP-1001'],
      ['a position that is far away', t4, 503, 'KUDA-REDEMPTION-1006', 1_000_000n],
    ])('%s', async (...row) => {
      const [, wish, status, code, position = 0n] = row;
      const answer = await quote('nobody', wish, position);
      expect(answer).toMatchObject({ status, json: { status, code } });
      expect(answer.headers['content-type']).toContain('application/problem+json');
    });

    it('a quote that nobody made, and a body that is none', async () => {
      expect(await redeem('nothing', 'n')).toMatchObject({
        status: 422,
        json: { code: 'KUDA-REDEMPTION-1005' },
      });
      const broken = await service.call({ url: '/v1/redemptions', body: '{"quote_id":', key: 'b' });
      expect(broken).toMatchObject({ status: 400, json: { code: 'KUDA-HTTP-1000' } });
    });

    it.each([
      ['POST', '/v1/quotes'],
      ['POST', '/v1/redemptions'],
      ['GET', '/v1/catalog'],
      ['GET', '/v1/redemptions/x'],
      ['GET', '/v1/users/x/redemptions'],
      ['POST', '/v1/redemptions/x/cancel'],
    ] as const)('strangers: %s %s', async (method, url) => {
      expect(await service.call({ method, url, scopes: null })).toMatchObject({ status: 401 });
      expect(await service.call({ method, url, scopes: ['metrics:read'] })).toMatchObject({ status: 403 });
    });
  });

  it('shows what is for sale', async () => {
    const { json } = await service.call({ url: '/v1/catalog' });
    expect(json).toMatchObject({ policy: { version: 'policy-2026-01', max_gpu_count: 3 } });
    expect(json['items']).toContainEqual({
      sku: 'gpu.a100',
      title: 'NVIDIA A100, one hour',
      gpu_class: 'a100',
      orderable: true,
      milli_points_per_hour: '15000',
    });
  });

  it('is alive, ready, and counts its steps', async () => {
    expect(await service.call({ url: '/health/ready', scopes: null })).toMatchObject({ status: 200 });
    const metrics = await service.call({ url: '/metrics', scopes: ALL_SCOPES });
    expect(metrics.text.includes('kuda_redemption_steps_total{kind="settlement_requested"}')).toBe(true);
  });
});
