import { ActivityAcceptedSchema, fromBinary } from '@kuda/contracts';
import { anActivityEvent } from '../domain/test/event.builder';
import { anIntake, recordsFrom, type IntakeFixture, type IntakeLife } from '../intake/test/intake.fixture';

/** A machine that runs everything at once is slow; a test that hangs is still seen. */
jest.setTimeout(60_000);

const LOGIN = 'ai.kuda.session.login.v1';
const REGISTERED = 'ai.kuda.account.registered.v1';
const VOTED = 'ai.kuda.model.voted.v1';
/** Midnight in Asia/Shanghai. */
const MIDNIGHT = Date.parse('2026-01-10T00:00:00+08:00');
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

describe('velocity across users', () => {
  let intake: IntakeFixture;
  let life: IntakeLife;
  let sent = 0;

  beforeEach(async () => {
    intake = await anIntake();
    life = await intake.begin();
    sent = 0;
  });

  afterEach(async () => {
    await life.stop();
    await intake.end();
  });

  const at = (ms: number): string => new Date(ms).toISOString();
  const login = (subject: string, device: string, ms = MIDNIGHT): string =>
    anActivityEvent()
      .ofType(LOGIN, { device_id: device })
      .with({ id: `l${String((sent += 1))}`, subject })
      .at(at(ms))
      .json();
  const vote = (subject: string, owner: string, ms: number, kind = 'up'): string =>
    anActivityEvent()
      .ofType(VOTED, { model_id: `m-${subject}`, owner, vote: kind })
      .with({ id: `v${String((sent += 1))}`, subject })
      .at(at(ms))
      .json();

  let offset = 0;
  /** The reasons on each accepted event, with what speaks for them. */
  async function risks(...raws: readonly string[]): Promise<(readonly [readonly string[], unknown])[]> {
    const before = (await intake.entries()).length;
    await life.handler.record(recordsFrom(offset, ...raws));
    offset += raws.length;
    return (await intake.entries()).slice(before).map(({ payload }) => {
      const { claims } = fromBinary(ActivityAcceptedSchema, payload);
      const evidence = claims?.riskEvidenceJson ?? '';
      return [claims?.riskReasons ?? [], evidence === '' ? null : (JSON.parse(evidence) as unknown)];
    });
  }
  const reasons = async (...raws: readonly string[]): Promise<readonly string[]> =>
    (await risks(...raws)).map(([found]) => found.join());

  it('flags the fourth account of a device on one day, in one batch and across batches and restarts', async () => {
    expect(await reasons(login('a', 'd'), login('b', 'd'), login('a', 'd'))).toEqual(['', '', '']);
    await life.stop();
    life = await intake.begin();
    const found = await risks(login('c', 'd'), login('e', 'd'), login('f', 'other'));
    expect(found).toEqual([
      [[], null],
      [
        ['velocity_accounts'],
        {
          velocity_accounts: {
            accounts: 4,
            day: '2026-01-10',
            kind: 'device_id',
            limit: 3,
            policy: 1,
            value: 'd',
          },
        },
      ],
      [[], null],
    ]);
  });

  it('counts by the calendar day of Asia/Shanghai', async () => {
    const eve = MIDNIGHT - SECOND;
    expect(await reasons(login('a', 'd', eve), login('b', 'd', eve), login('c', 'd', eve))).toEqual([
      '',
      '',
      '',
    ]);
    expect(await reasons(login('e', 'd', MIDNIGHT), login('e', 'd', eve))).toEqual(['', 'velocity_accounts']);
  });

  it('counts accounts under one person key, apart from devices of the same name', async () => {
    const registered = (subject: string): string =>
      anActivityEvent()
        .ofType(REGISTERED, { person_key: 'k' })
        .with({ id: `r${subject}`, subject })
        .at(at(MIDNIGHT))
        .json();
    const found = await reasons(login('x', 'k'), ...['a', 'b', 'c', 'e'].map(registered));
    expect(found).toEqual(['', '', '', '', 'velocity_accounts']);
  });

  it('flags the sixth vote to one author within an hour; withdrawn ones do not count', async () => {
    const votes = ['a', 'b', 'c', 'd', 'e'].map((voter) => vote(voter, 'author', MIDNIGHT));
    expect(await reasons(...votes, vote('w', 'author', MIDNIGHT, 'withdrawn'))).toEqual([
      '',
      '',
      '',
      '',
      '',
      '',
    ]);
    expect(
      await reasons(
        vote('f', 'author', MIDNIGHT + HOUR - SECOND),
        vote('g', 'author', MIDNIGHT + HOUR),
        vote('h', 'else', MIDNIGHT),
      ),
    ).toEqual(['velocity_votes', '', '']);
  });

  it('counts nothing for an event that is a repeat', async () => {
    const once = login('a', 'd');
    await life.handler.record(recordsFrom(0, once, once, login('b', 'd'), login('c', 'd')));
    const { rows } = await intake.pool.query('select account from account_sighting order by account');
    expect(rows).toEqual([{ account: 'a' }, { account: 'b' }, { account: 'c' }]);
  });

  it('follows the bounds in force at the time of the event', async () => {
    const policy = {
      version: 2n,
      effectiveFromUs: BigInt(MIDNIGHT) * 1000n,
      accountsPerDay: 1,
      votesPerHour: 5,
    };
    await life.committer.submit([
      {
        commandId: 'risk-policy:2',
        fingerprint: Buffer.alloc(32),
        streamId: null,
        command: { type: 'risk-policy', policy, actor: 'op' },
        input: null,
        traceparent: null,
      },
    ]);
    await life.stop();
    life = await intake.begin();
    const eve = MIDNIGHT - SECOND;
    expect(
      await reasons(login('a', 'd', eve), login('b', 'd', eve), login('a', 'd'), login('b', 'd')),
    ).toEqual(['', '', '', 'velocity_accounts']);
  });

  it('lets nobody change what was counted', async () => {
    for (const table of [
      'account_sighting',
      'author_vote',
      'producer_version',
      'quarantine_outcome',
      'risk_policy',
    ]) {
      await expect(intake.pool.query(`delete from ${table}`)).rejects.toThrow('permission denied');
    }
  });
});
