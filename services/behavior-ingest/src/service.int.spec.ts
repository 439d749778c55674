import { ActivityAcceptedSchema, ActivityRejectedSchema, fromBinary, TOPICS } from '@kuda/contracts';
import { POSITION_HEADER, type IncomingMessage } from '@kuda/messaging';
import { eventually, startKafka, type KafkaServer } from '@kuda/testing';
import { anActivityEvent, type ActivityEventBuilder } from './domain/test/event.builder';
import { BATCH_TYPE, SINGLE_TYPE } from './intake/events.schema';
import { ALL_SCOPES, ServiceFixture, type Answer } from './test/service.fixture';

/** A machine that runs everything at once is slow; a test that hangs is still seen. */
jest.setTimeout(60_000);

const EVENTS = '/v1/events';
const PATIENCE = { timeoutMs: 20_000, everyMs: 100 };

const now = (id: string): ActivityEventBuilder =>
  anActivityEvent().with({ id, time: new Date().toISOString() });

describe('the service on a real bus and a real database', () => {
  let kafka: KafkaServer;
  let service: ServiceFixture;

  beforeAll(async () => {
    kafka = await startKafka();
    service = await ServiceFixture.create(kafka.brokers);
    await service.start();
  });

  afterAll(async () => {
    await service.end();
    await kafka.stop();
  });

  const post = (body: string | Buffer, more: object = {}): Promise<Answer> =>
    service.call({ url: EVENTS, body, ...more });
  const report = async (): Promise<Record<string, unknown>> =>
    (await service.call({ url: '/v1/reports/intake' })).json;
  const ids = (answer: Answer): unknown => {
    const { accepted, duplicates } = answer.json;
    return { accepted, duplicates };
  };

  /** Every record of a topic so far, read by a consumer of its own. */
  async function published(topic: string, count: number): Promise<readonly IncomingMessage[]> {
    const found: IncomingMessage[] = [];
    const reader = service.bus.consumer({
      groupId: `reader-${topic}-${String(Math.random())}`,
      topics: [topic],
      handlerOf: () => (batch) => {
        found.push(...batch.messages);
        return Promise.resolve();
      },
      offsets: { nextOffset: () => Promise.resolve(undefined) },
      onFatal: () => undefined,
    });
    await reader.start();
    await eventually(() => {
      expect(found.length).toBeGreaterThanOrEqual(count);
    }, PATIENCE);
    await reader.close();
    return found;
  }

  it('takes one event, several, and repeats', async () => {
    expect((await post(now('h1').json())).json).toEqual({ accepted: ['h1'], duplicates: [], rejected: [] });
    const bad = now('h3').with({ subject: undefined }).json();
    const batch = `[${now('h1').json()}, ${now('h2').json()},\n ${bad}, 5, ${now('h2').json()}]`;
    const answer = await post(batch, { type: 'application/cloudevents-batch+json' });
    expect(answer.status).toBe(202);
    expect(answer.json).toMatchObject({
      accepted: ['h2'],
      duplicates: ['h1', 'h2'],
      rejected: [
        { index: 2, id: 'h3', code: 'KUDA-INGEST-1002', reason: 'missing_field', pointer: '/subject' },
        { index: 3, id: null, code: 'KUDA-INGEST-1001', reason: 'malformed_json', pointer: '' },
      ],
    });
    expect(ids(await post(now('h3').json(), { type: 'application/cloudevents+json' }))).toEqual({
      accepted: ['h3'],
      duplicates: [],
    });
  });

  it('hands the trace of a request and of a record on', async () => {
    const trace = (digit: string): string => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`;
    await post(now('t1').json(), { headers: { traceparent: trace('a') } });
    const record = { value: Buffer.from(now('t2').json()), headers: { traceparent: trace('b') } };
    const broken = { value: Buffer.from(now('t3').json()), headers: { traceparent: '\u0000'.repeat(500) } };
    await service.publish(TOPICS.activityEvents.name, record, broken);
    await eventually(async () => {
      const { rows } = await service.runtime.pool.query(
        "select traceparent from log_entry where command_id ~ '#t[123]$' order by command_id",
      );
      expect(rows).toEqual([trace('a'), trace('b'), null].map((traceparent) => ({ traceparent })));
    }, PATIENCE);
  });

  it('takes the past only under the backfill scope', async () => {
    const old = now('old').at('2020-01-01T00:00:00Z').json();
    expect((await post(old)).json).toMatchObject({ rejected: [{ code: 'KUDA-INGEST-1007' }] });
    const backfill = { url: `${EVENTS}?backfill=true` };
    expect(await post(old, { ...backfill, scopes: ['events:write'] })).toMatchObject({
      status: 403,
      json: { code: 'KUDA-HTTP-1003' },
    });
    expect((await post(old, backfill)).json).toMatchObject({ accepted: ['old'] });
  });

  const ff = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
  const tooMany = `[${Array.from({ length: 101 }, () => '{}').join(',')}]`;
  it.each([
    ['a cut-off body', { body: '{"specversion":' }, 400, 'KUDA-HTTP-1000'],
    ['an empty body', { body: '' }, 400, 'KUDA-HTTP-1000'],
    ['a body that is a number', { body: '5' }, 400, 'KUDA-HTTP-1001'],
    ['bytes that are not UTF-8', { body: ff }, 400, 'KUDA-INGEST-1101'],
    ['an empty list', { body: '[]' }, 400, 'KUDA-INGEST-1102'],
    ['a list as one event', { body: '[{}]', type: SINGLE_TYPE }, 400, 'KUDA-INGEST-1101'],
    ['one event as a list', { body: '{}', type: BATCH_TYPE }, 400, 'KUDA-INGEST-1101'],
    ['101 events', { body: tooMany }, 400, 'KUDA-INGEST-1103'],
    ['more than 1 MiB', { body: `["${'x'.repeat(1_048_576)}"]` }, 413, 'KUDA-HTTP-1005'],
    ['a text', { body: 'hello', type: 'text/plain' }, 415, 'KUDA-HTTP-1006'],
  ])('refuses %s, with nothing half done', async (_name, call, status, code) => {
    const before = await report();
    const answer = await service.call({ url: EVENTS, ...call });
    expect(answer).toMatchObject({ status, json: { status, code } });
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(await report()).toEqual(before);
  });

  it('refuses an unknown query parameter', async () => {
    expect(await post('{}', { url: `${EVENTS}?dry=1` })).toMatchObject({
      status: 400,
      json: { errors: [{ pointer: '/query/dry', code: 'unknown_field' }] },
    });
  });

  it('takes 100 events at once', async () => {
    const batch = Array.from({ length: 100 }, (_, index) => now(`m${String(index)}`).json());
    const { json } = await post(`[${batch.join(',')}]`);
    expect(json['accepted']).toHaveLength(100);
  });

  it('answers 401 without a token and 403 without the scope, on every route', async () => {
    const routes = [
      { url: EVENTS, body: '{}', scope: 'events:write' },
      { url: '/v1/quarantine', scope: 'quarantine:read' },
      { url: '/v1/quarantine/q-1', scope: 'quarantine:read' },
      { url: '/v1/reports/intake', scope: 'reports:read' },
      { url: '/metrics', scope: 'metrics:read' },
    ];
    for (const { scope, ...call } of routes) {
      expect(await service.call({ ...call, scopes: null })).toMatchObject({ status: 401 });
      const scopes = ALL_SCOPES.filter((other) => other !== scope);
      expect(await service.call({ ...call, scopes })).toMatchObject({ status: 403 });
    }
  });

  it('reads a rejected input back, byte for byte, by id and by reason', async () => {
    const broken = now('q1').ofType('ai.kuda.training.job.completed.v1').withData({ device_seconds: -5 });
    const spaced = ` ${broken.json()} `;
    await post(spaced);
    await post(now('q2').with({ type: 'ai.kuda.unheard.of.v1' }).json());
    const list = await service.call({ url: '/v1/quarantine?reason=negative_amount' });
    const items = list.json['items'] as Record<string, unknown>[];
    expect(items).toEqual([
      expect.objectContaining({
        reason: 'negative_amount',
        code: 'KUDA-INGEST-1005',
        pointer: '/data/device_seconds',
        source: '/platform/serving',
        event_id: 'q1',
        bytes: Buffer.byteLength(spaced),
      }),
    ]);
    const { json } = await service.call({ url: `/v1/quarantine/${String(items[0]?.['id'])}` });
    expect(Buffer.from(String(json['raw']), 'base64').toString()).toBe(spaced);
  });

  it('pages through the quarantine, each input once', async () => {
    const seen: unknown[] = [];
    const pages = { at: '/v1/quarantine?page[size]=2', left: 20 };
    while (pages.at !== '' && pages.left > 0) {
      const { json } = await service.call({ url: pages.at });
      seen.push(...(json['items'] as { id: string }[]).map(({ id }) => id));
      const next = json['next'];
      pages.at = typeof next === 'string' ? `/v1/quarantine?page[size]=2&page[after]=${next}` : '';
      pages.left -= 1;
    }
    const rejected = Object.values((await report())['rejected'] as Record<string, number>);
    expect(seen).toHaveLength(rejected.reduce((sum, count) => sum + count, 0));
    expect(new Set(seen).size).toBe(seen.length);
  });

  it.each(['q-0', 'q-1', 'q-99999999999999999999', 'x'])('knows no rejected input %s', async (id) => {
    expect(await service.call({ url: `/v1/quarantine/${id}` })).toMatchObject({ status: 404 });
  });

  it('takes events from the bus, in both modes, and knows repeats of either way', async () => {
    const before = (await report()) as { accepted: number; duplicates: number };
    const binary = {
      value: Buffer.from('{"model_id":"m-1"}'),
      headers: {
        ce_specversion: '1.0',
        ce_id: 'b1',
        ce_source: '/platform/models',
        ce_type: 'ai.kuda.model.shared.v1',
        ce_subject: 'alice',
        ce_time: new Date().toISOString(),
        'content-type': 'application/json',
      },
    };
    await service.publish(TOPICS.activityEvents.name, now('k1').json(), now('h1').json(), binary, '{"cut');
    await eventually(async () => {
      expect(await report()).toMatchObject({
        accepted: before.accepted + 2,
        duplicates: before.duplicates + 1,
      });
    }, PATIENCE);
    const mine = { data: { model_id: 'm-1' }, source: '/platform/models' };
    const again = now('b1').ofType('ai.kuda.model.shared.v1').with(mine);
    expect(ids(await post(again.json()))).toEqual({ accepted: [], duplicates: ['b1'] });
  });

  it('goes on after a restart where it stood, losing and repeating nothing', async () => {
    const before = (await report()) as { accepted: number; duplicates: number };
    const burst = (from: number, to: number): readonly string[] =>
      Array.from({ length: to - from }, (_, index) => now(`r${String(from + index)}`).json());
    await service.publish(TOPICS.activityBackfill.name, ...burst(0, 300));
    await service.stop();
    await service.publish(TOPICS.activityBackfill.name, ...burst(250, 600));
    await service.start();
    await eventually(async () => {
      expect(await report()).toMatchObject({
        accepted: before.accepted + 600,
        duplicates: before.duplicates + 50,
      });
    }, PATIENCE);
    expect(service.exits).toEqual([]);
  });

  it('publishes what was accepted, once and keyed by who may be paid, and what was rejected with its bytes', async () => {
    await post(now('p1').ofType('ai.kuda.model.reused.v1').json());
    await post(now('p2').with({ time: 'never' }).json());
    const totals = (await report()) as { accepted: number; rejected: Record<string, number> };
    const accepted = await published(TOPICS.activityAccepted.name, totals.accepted);
    expect(accepted).toHaveLength(totals.accepted);
    const keys = accepted.map(({ headers }) => headers['ce_id']);
    expect(new Set(keys).size).toBe(keys.length);
    const positions = accepted.map(({ headers }) => BigInt(headers[POSITION_HEADER] ?? '-1'));
    expect(positions).toEqual([...positions].sort((a, b) => Number(a - b)));
    const reused = accepted.find(({ headers }) => headers['ce_id'] === '/platform/serving#p1');
    expect(reused).toMatchObject({ key: 'bob', headers: { ce_type: 'ai.kuda.activity.accepted.v1' } });
    const payload = fromBinary(ActivityAcceptedSchema, reused?.value ?? Buffer.alloc(0));
    expect(payload).toMatchObject({ subject: 'alice', beneficiary: 'bob' });

    const count = Object.values(totals.rejected).reduce((sum, each) => sum + each, 0);
    const rejected = await published(TOPICS.activityRejected.name, count);
    expect(rejected).toHaveLength(count);
    const last = fromBinary(ActivityRejectedSchema, rejected.at(-1)?.value ?? Buffer.alloc(0));
    expect(rejected.at(-1)?.key).toBe(last.quarantineId);
    expect(JSON.parse(Buffer.from(last.raw).toString())).toMatchObject({ id: 'p2', time: 'never' });
  });

  it('is live and ready, and shows what it counts', async () => {
    for (const probe of ['live', 'ready', 'startup']) {
      expect(await service.call({ url: `/health/${probe}`, scopes: null })).toMatchObject({ status: 200 });
    }
    const { text } = await service.call({ url: '/metrics' });
    expect(text).toContain('kuda_behavior_ingest_inputs_total{via="http",outcome="accepted"}');
  });
});
