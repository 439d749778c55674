import { ActivityAcceptedSchema, ActivityRejectedSchema, fromBinary, RejectionReason } from '@kuda/contracts';
import { readOffsets, readTotals } from '@kuda/event-store';
import { anActivityEvent } from '../domain/test/event.builder';
import {
  anIntake,
  fromBus,
  fromHttp,
  recordsFrom,
  type IntakeFixture,
  type IntakeLife,
} from './test/intake.fixture';

/** A machine that runs everything at once is slow; a test that hangs is still seen. */
jest.setTimeout(60_000);

const event = (id: string): string => anActivityEvent().with({ id }).json();

function registration(id: string, personKey: string, verified = true): string {
  const type = 'ai.kuda.account.registered.v1';
  return anActivityEvent().with({ id, subject: id }).ofType(type, { person_key: personKey, verified }).json();
}

describe('the intake on a real database', () => {
  let intake: IntakeFixture;
  let life: IntakeLife;

  beforeEach(async () => {
    intake = await anIntake();
    life = await intake.begin();
  });

  afterEach(async () => {
    await life.stop();
    await intake.end();
  });

  const statuses = async (...inputs: Parameters<IntakeLife['handler']['record']>[0]): Promise<string[]> =>
    (await life.handler.record(inputs)).map(({ status }) => status);
  const kinds = async (): Promise<string[]> => (await intake.entries()).map(({ kind }) => kind);
  const personKeyFirst = async (): Promise<(boolean | undefined)[]> =>
    (await intake.entries()).map(
      ({ payload }) => fromBinary(ActivityAcceptedSchema, payload).claims?.personKeyFirst,
    );

  it('gives every input one entry and counts it in the same transaction', async () => {
    const inputs = recordsFrom(0, event('a'), event('a'), '{"cut', event('b'), event('a'));
    expect(await statuses(...inputs)).toEqual(['accepted', 'duplicate', 'rejected', 'accepted', 'duplicate']);
    expect(await kinds()).toEqual([
      'ActivityAccepted',
      'ActivityDuplicated',
      'ActivityRejected',
      'ActivityAccepted',
      'ActivityDuplicated',
    ]);
    expect(Object.fromEntries(await readTotals(intake.pool))).toEqual({
      accepted: 2n,
      duplicates: 2n,
      'rejected/malformed_json': 1n,
    });
    expect(await readOffsets(intake.pool)).toEqual([
      { topic: 'activity.backfill.v1', partition: 0, nextOffset: 5n },
    ]);
  });

  it('knows a repeat across restarts, transports and contents', async () => {
    expect(await statuses(fromBus(event('a'), 0))).toEqual(['accepted']);
    await life.stop();
    life = await intake.begin();
    expect(await statuses(fromHttp(event('a'), 'r-1'))).toEqual(['duplicate']);
    const other = anActivityEvent().with({ id: 'a', subject: 'mallory' }).json();
    expect(await statuses(fromBus(other, 1))).toEqual(['duplicate']);
    const broken = anActivityEvent().with({ id: 'a', subject: undefined }).json();
    expect(await statuses(fromBus(broken, 2))).toEqual(['duplicate']);
  });

  it('counts a redelivery after a crash once, whatever became of the input', async () => {
    const inputs = recordsFrom(0, event('a'), event('a'), '{"cut');
    await life.handler.record(inputs);
    const before = await readTotals(intake.pool);
    life = await intake.begin();
    await life.handler.record([...inputs, fromBus(event('b'), 3)]);
    expect(await kinds()).toHaveLength(4);
    expect(await readTotals(intake.pool)).toEqual(new Map([...before, ['accepted', 2n]]));
  });

  it('fences out the life before', async () => {
    const second = await intake.begin();
    await second.handler.record([fromBus(event('a'), 0)]);
    await expect(life.handler.record([fromBus(event('b'), 1)])).rejects.toMatchObject({
      name: 'FencedError',
    });
    expect(await kinds()).toEqual(['ActivityAccepted']);
    life = second;
  });

  it('does not use up the id of a rejected event', async () => {
    const broken = anActivityEvent().with({ id: 'a', time: 'yesterday-ish' }).json();
    expect(await statuses(fromBus(broken, 0), fromBus(event('a'), 1), fromBus(broken, 2))).toEqual([
      'rejected',
      'accepted',
      'duplicate',
    ]);
  });

  it('keeps a rejected input byte for byte, with its place and reason', async () => {
    const bytes = Buffer.from([0x7b, 0x22, 0x00, 0xff, 0xfe, 0xc3, 0x28]);
    const input = { ...fromBus(bytes, 7), headers: { ce_id: 'e-9', ce_source: '/s', traceparent: 'x' } };
    await life.handler.record([input]);
    const [entry] = await intake.entries();
    const rejected = fromBinary(ActivityRejectedSchema, entry?.payload ?? Buffer.alloc(0));
    expect(Buffer.from(rejected.raw)).toEqual(bytes);
    expect(rejected).toMatchObject({
      quarantineId: 'q-1',
      reason: RejectionReason.MALFORMED_JSON,
      source: '/s',
      eventId: 'e-9',
      headers: input.headers,
      origin: { topic: 'activity.backfill.v1', partition: 0, offset: 7n },
      rejectedAtUs: entry?.recordedAtUs,
    });
    const { rows } = await intake.pool.query(
      'select position, reason, source, event_id, bytes from quarantine_line',
    );
    expect(rows).toEqual([
      { position: 1n, reason: 'malformed_json', source: '/s', event_id: 'e-9', bytes: bytes.length },
    ]);
  });

  it('has an entry for every input, however nasty', async () => {
    const wide = '\u{1f680}'.repeat(125);
    const nasty = [
      anActivityEvent().with({ id: wide, source: wide }).json(),
      anActivityEvent().with({ id: wide, source: wide, subject: 5 }).json(),
      anActivityEvent().with({ id: 'n\u0000', source: '\ud800' }).json(),
      anActivityEvent().withData({ note: '\u0000\udfff', __proto__: null }).json(),
      registration('u9', '\u{1f680}'.repeat(128)),
      anActivityEvent()
        .with({ id: 'long', subject: 'x'.repeat(1_000_000) })
        .json(),
      '[['.repeat(200_000),
      '',
    ];
    expect(await statuses(...recordsFrom(0, ...nasty))).toEqual([
      'accepted',
      'duplicate',
      'rejected',
      'accepted',
      'accepted',
      'rejected',
      'rejected',
      'rejected',
    ]);
    expect(await kinds()).toHaveLength(nasty.length);
  });

  it('grants a person key once: within a batch, across batches and across restarts', async () => {
    const unverified = registration('u3', 'p2', false);
    await life.handler.record(recordsFrom(0, registration('u1', 'p1'), registration('u2', 'p1'), unverified));
    await life.stop();
    life = await intake.begin();
    await life.handler.record(recordsFrom(3, registration('u4', 'p1'), registration('u5', 'p2'), event('a')));
    expect(await personKeyFirst()).toEqual([true, false, undefined, false, true, undefined]);
  });

  it('grants a person key once to registrations that race', async () => {
    const raced = Array.from({ length: 40 }, (_, index) =>
      life.handler.record([fromHttp(registration(`u${String(index)}`, 'p1'), `r-${String(index)}`)]),
    );
    await Promise.all(raced);
    expect((await personKeyFirst()).filter((first) => first === true)).toHaveLength(1);
    expect(await personKeyFirst()).toHaveLength(40);
  });

  it('lets nobody change a claim or the quarantine', async () => {
    await life.handler.record([fromBus(registration('u1', 'p1'), 0), fromBus('{', 1)]);
    for (const change of ['delete from activity_claim', "update quarantine_line set reason = 'bad_time'"]) {
      await expect(intake.pool.query(change)).rejects.toThrow('permission denied');
    }
  });
});
