import { TOPICS } from '@kuda/contracts';
import { eventually, startKafka, type KafkaServer } from '@kuda/testing';
import { anActivityEvent } from '../domain/test/event.builder';
import { ServiceFixture, type Answer } from '../test/service.fixture';

/** A machine that runs everything at once is slow; a test that hangs is still seen. */
jest.setTimeout(60_000);

const PATIENCE = { timeoutMs: 20_000, everyMs: 100 };
const LOGIN = 'ai.kuda.session.login.v1';
const JOB = 'ai.kuda.training.job.completed.v1';

function event(source: string, id: string, type = LOGIN): string {
  return anActivityEvent().ofType(type).with({ source, id, time: new Date().toISOString() }).json();
}

describe('producers', () => {
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

  const put = (url: string, body: object): Promise<Answer> =>
    service.call({ method: 'PUT', url, body: JSON.stringify(body) });
  const post = (url: string, body: object): Promise<Answer> =>
    service.call({ url, body: JSON.stringify(body) });
  const send = (key: string, body: string, url = '/v1/events'): Promise<Answer> =>
    service.call({ url, body, key });
  const terms = (id: string, more: object = {}) => ({
    sources: [`/${id}`],
    types: [LOGIN],
    rate: null,
    ...more,
  });
  const register = async (id: string, more: object = {}): Promise<{ key: string; keyId: string }> => {
    const { status, json } = await post('/v1/producers', { id, ...terms(id, more) });
    expect(status).toBe(201);
    return { key: String(json['key']), keyId: String(json['key_id']) };
  };

  it('show a key once, and keep only its digest', async () => {
    const { key, keyId } = await register('once');
    expect(key).toMatch(/^kuda_pk_[\w-]{43}$/);
    const { text } = await service.call({ url: '/v1/producers/once' });
    expect(text).toContain(keyId);
    const { rows } = await service.runtime.pool.query<{ text: string }>(
      "select encode(definition, 'escape') as text from producer_version union all select encode(payload, 'escape') from log_entry",
    );
    expect(`${text}${JSON.stringify(rows)}`).not.toContain(key.slice('kuda_pk_'.length));
  });

  it('send with their key what is theirs, and nothing else', async () => {
    const { key } = await register('mine');
    expect(await send(key, event('/mine', 'a'))).toMatchObject({ status: 202, json: { accepted: ['a'] } });
    const ofAnother = `[${event('/mine', 'b')}, ${event('/elsewhere', 'c')}]`;
    expect(await send(key, ofAnother)).toMatchObject({
      status: 403,
      json: { code: 'KUDA-INGEST-1106', errors: [{ pointer: '/1/source', code: 'KUDA-INGEST-1106' }] },
    });
    expect(await send(key, event('/mine', 'd', JOB))).toMatchObject({
      status: 403,
      json: { errors: [{ pointer: '/type' }] },
    });
    // Nothing of the refused requests was taken, nor were their ids used up.
    expect((await send(key, event('/mine', 'b'))).json).toMatchObject({ accepted: ['b'] });
  });

  it('may do nothing but send: no key opens another route', async () => {
    const { key } = await register('narrow');
    for (const url of ['/v1/producers', '/v1/quarantine', '/v1/reports/intake', '/metrics']) {
      expect(await service.call({ url, key })).toMatchObject({ status: 403 });
    }
    expect(await send(key, event('/narrow', 'a'), '/v1/events?backfill=true')).toMatchObject({ status: 403 });
  });

  it('are bound to their rights also where a token or the bus carries their source', async () => {
    await register('bound');
    const stranger = event('/bound', 'x', JOB);
    expect(await service.call({ url: '/v1/events', body: stranger })).toMatchObject({ status: 403 });
    await service.publish(TOPICS.activityEvents.name, stranger, event('/bound', 'y'));
    await eventually(async () => {
      const { json } = await service.call({ url: '/v1/quarantine?source=/bound' });
      expect(json).toMatchObject({ items: [{ reason: 'bad_value', pointer: '/type', event_id: 'x' }] });
    }, PATIENCE);
  });

  it('may send the past only with the right to, whatever way it comes', async () => {
    await register('present');
    const old = anActivityEvent()
      .with({ source: '/present', id: 'old', time: '2020-01-01T00:00:00Z' })
      .json();
    await service.publish(TOPICS.activityBackfill.name, old);
    await eventually(async () => {
      const { json } = await service.call({ url: '/v1/quarantine?source=/present' });
      expect(json).toMatchObject({ items: [{ reason: 'too_late' }] });
    }, PATIENCE);
    const { key } = await register('past', { backfill: true });
    const older = anActivityEvent().with({ source: '/past', id: 'old', time: '2020-01-01T00:00:00Z' }).json();
    expect((await send(key, older, '/v1/events?backfill=true')).json).toMatchObject({ accepted: ['old'] });
  });

  it('rotate and revoke keys; both hold across a restart', async () => {
    const first = await register('rotating');
    const { json } = await post('/v1/producers/rotating/keys', {
      others_expire_at: new Date().toISOString(),
    });
    const second = String(json['key']);
    expect((await send(first.key, event('/rotating', 'a'))).status).toBe(401);
    expect((await send(second, event('/rotating', 'a'))).status).toBe(202);
    await service.stop();
    await service.start();
    expect((await send(first.key, event('/rotating', 'b'))).status).toBe(401);
    expect((await send(second, event('/rotating', 'b'))).status).toBe(202);
    const revoked = await service.call({
      method: 'DELETE',
      url: `/v1/producers/rotating/keys/${String(json['key_id'])}`,
    });
    expect(revoked.status).toBe(200);
    expect((await send(second, event('/rotating', 'c'))).status).toBe(401);
  });

  it('are silenced while disabled', async () => {
    const { key } = await register('silenced');
    expect((await put('/v1/producers/silenced', { ...terms('silenced'), enabled: false })).status).toBe(200);
    expect((await send(key, event('/silenced', 'a'))).status).toBe(401);
    const byToken = await service.call({ url: '/v1/events', body: event('/silenced', 'a') });
    expect(byToken.status).toBe(403);
    await put('/v1/producers/silenced', terms('silenced'));
    expect((await send(key, event('/silenced', 'a'))).status).toBe(202);
  });

  it('own their sources: nobody else can register one', async () => {
    await register('owner');
    const taken = await post('/v1/producers', { id: 'thief', ...terms('owner') });
    expect(taken).toMatchObject({ status: 409, json: { code: 'KUDA-INGEST-1111' } });
    expect(await post('/v1/producers', { id: 'owner', ...terms('other') })).toMatchObject({
      status: 409,
      json: { code: 'KUDA-INGEST-1110' },
    });
    expect(
      (await post('/v1/producers', { id: 'typo', ...terms('typo', { types: ['ai.kuda.x'] }) })).status,
    ).toBe(400);
  });

  it('are held to their quota: 429 with when to come again, and nothing of it taken', async () => {
    const { key } = await register('limited', { rate: { quota: 100, window_seconds: 3_600 } });
    const batch = (from: number, count: number): string =>
      `[${Array.from({ length: count }, (_, index) => event('/limited', `e${String(from + index)}`)).join(',')}]`;
    const first = await send(key, batch(0, 60));
    expect(first).toMatchObject({
      status: 202,
      headers: {
        'ratelimit-policy': '"ingest";q=100;w=3600',
        ratelimit: expect.stringMatching(/^"ingest";r=40;t=\d+$/) as string,
      },
    });
    const refused = await send(key, batch(60, 60));
    expect(refused).toMatchObject({ status: 429, json: { code: 'KUDA-INGEST-1107', producer: 'limited' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(600);
    expect((await send(key, batch(60, 40))).json['accepted']).toHaveLength(40);
    expect((await send(key, batch(0, 1))).status).toBe(429);
  });

  it('count once what they send by both ways at the same moment', async () => {
    const before = (await service.call({ url: '/v1/reports/intake' })).json as {
      accepted: number;
      duplicates: number;
    };
    const events = Array.from({ length: 50 }, (_, index) => event('/both', `e${String(index)}`));
    await Promise.all([
      service.publish(TOPICS.activityEvents.name, ...events),
      service.call({ url: '/v1/events', body: `[${events.join(',')}]` }),
    ]);
    await eventually(async () => {
      const { json } = await service.call({ url: '/v1/reports/intake' });
      expect(json).toMatchObject({ accepted: before.accepted + 50, duplicates: before.duplicates + 50 });
    }, PATIENCE);
  });

  it('find the schema of each event type, with its version', async () => {
    const { json } = await service.call({ url: '/v1/schemas' });
    expect(json['items']).toContainEqual({
      type: LOGIN,
      version: '1.0',
      url: `/v1/schemas/${LOGIN}`,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    const one = await service.call({ url: `/v1/schemas/${LOGIN}` });
    expect(one.headers['content-type']).toContain('application/schema+json');
    expect(one.json).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', title: LOGIN });
    expect((await service.call({ url: '/v1/schemas/ai.kuda.unheard.of.v1' })).status).toBe(404);
  });
});
