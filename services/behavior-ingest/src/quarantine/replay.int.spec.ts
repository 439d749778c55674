import { ActivityAcceptedSchema, fromBinary } from '@kuda/contracts';
import { startKafka, type KafkaServer } from '@kuda/testing';
import { anActivityEvent } from '../domain/test/event.builder';
import { ServiceFixture, type Answer } from '../test/service.fixture';

/** A machine that runs everything at once is slow; a test that hangs is still seen. */
jest.setTimeout(60_000);

describe('a record of the quarantine', () => {
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

  const now = (id: string) => anActivityEvent().with({ id, time: new Date().toISOString() });
  const post = (url: string, body: string): Promise<Answer> => service.call({ url, body });
  const replay = (id: string, body: object | string = {}): Promise<Answer> =>
    post(`/v1/quarantine/${id}:replay`, typeof body === 'string' ? body : JSON.stringify(body));
  const report = async (): Promise<Record<string, unknown>> =>
    (await service.call({ url: '/v1/reports/intake' })).json;

  /** Sends an event that is kept aside, and finds its record. */
  async function kept(body: string, eventId: string): Promise<string> {
    await post('/v1/events', body);
    const { json } = await service.call({ url: `/v1/quarantine?event_id=${eventId}&state=open` });
    const items = json['items'] as { id: string }[];
    expect(items).toHaveLength(1);
    return items[0]?.id ?? '';
  }

  const broken = (id: string): string => now(id).with({ subject: 5 }).json();

  it('becomes an event by a corrected body, linked to it, byte for byte', async () => {
    const id = await kept(broken('a'), 'a');
    const before = await report();
    const corrected = now('a')
      .json()
      .replace('"specversion"', '"data":{"n": 12345678901234567890},"specversion"');
    const answer = await replay(id, `{"event": ${corrected}}`);
    expect(answer).toMatchObject({
      status: 200,
      json: { id, outcome: 'accepted', event_id: 'a', repeated: false, actor: 'platform' },
    });
    const { rows } = await service.runtime.pool.query<{ payload: Buffer }>(
      'select payload from log_entry where position = $1',
      [String(answer.json['position'])],
    );
    const accepted = fromBinary(ActivityAcceptedSchema, rows[0]?.payload ?? Buffer.alloc(0));
    expect(accepted).toMatchObject({ eventId: 'a', replayOf: id, replayedBy: 'platform' });
    expect(Buffer.from(accepted.dataJson).toString()).toBe('{"n": 12345678901234567890}');
    expect(await report()).toMatchObject({
      accepted: Number(before['accepted']) + 1,
      replayed: Number(before['replayed']) + 1,
      rejected: before['rejected'],
    });
    const read = await service.call({ url: `/v1/quarantine/${id}` });
    expect(read.json).toMatchObject({
      resolution: { outcome: 'accepted', position: answer.json['position'] },
    });
  });

  it('is closed once, however often and however many at once replay it', async () => {
    const id = await kept(broken('b'), 'b');
    const before = await report();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        replay(id, { event: JSON.parse(now(`b${String(index)}`).json()) as object }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(answers.filter(({ json }) => json['repeated'] === false)).toHaveLength(1);
    expect(new Set(answers.map(({ json }) => json['position'])).size).toBe(1);
    expect(await report()).toMatchObject({ accepted: Number(before['accepted']) + 1 });
  });

  it('stays open when the replay is no event either, which is recorded', async () => {
    const id = await kept(broken('c'), 'c');
    const before = await report();
    expect(await replay(id)).toMatchObject({
      status: 422,
      json: {
        code: 'KUDA-INGEST-1120',
        reason: 'bad_value',
        errors: [{ pointer: '/event/subject', code: 'KUDA-INGEST-1006' }],
      },
    });
    expect(await report()).toMatchObject({ rejected: before['rejected'], accepted: before['accepted'] });
    const { rows } = await service.runtime.pool.query('select kind from log_entry where command_id like $1', [
      `replay:${id}/%`,
    ]);
    expect(rows).toEqual([{ kind: 'QuarantineAction' }]);
    expect((await service.call({ url: `/v1/quarantine/${id}` })).json['resolution']).toBeNull();
  });

  it('is a duplicate when the event has come in between', async () => {
    const id = await kept(broken('d'), 'd');
    await post('/v1/events', now('d').json());
    expect((await replay(id, { event: JSON.parse(now('d').json()) as object })).json).toMatchObject({
      outcome: 'duplicate',
      event_id: 'd',
    });
  });

  it('may be replayed as it was under the backfill scope, by who has it', async () => {
    const id = await kept(now('e').at('2020-01-01T00:00:00Z').json(), 'e');
    expect((await replay(id)).status).toBe(422);
    const call = { url: `/v1/quarantine/${id}:replay`, body: '{"backfill":true}' };
    expect((await service.call({ ...call, scopes: ['quarantine:write'] })).status).toBe(403);
    expect((await service.call(call)).json).toMatchObject({ outcome: 'accepted' });
  });

  it('is given up once, for a reason; then it cannot be replayed', async () => {
    const id = await kept(broken('f'), 'f');
    const discard = (): Promise<Answer> => post(`/v1/quarantine/${id}:discard`, '{"reason":"test data"}');
    expect((await discard()).json).toMatchObject({
      outcome: 'discarded',
      note: 'test data',
      repeated: false,
    });
    expect((await discard()).json).toMatchObject({ outcome: 'discarded', repeated: true });
    expect(await replay(id)).toMatchObject({ status: 409, json: { code: 'KUDA-INGEST-1121' } });
    expect((await service.call({ url: '/v1/quarantine?state=discarded' })).json).toMatchObject({
      items: [{ id, resolution: { note: 'test data' } }],
    });
  });

  it('must exist', async () => {
    for (const id of ['q-999999', 'x', 'q-1:replay']) expect((await replay(id)).status).toBe(404);
  });
});
