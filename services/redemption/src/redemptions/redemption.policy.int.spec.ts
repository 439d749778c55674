import {
  createCommitter,
  createPool,
  LogSchema1760000000000,
  runMigrations,
  systemClock,
  type LogCommitter,
  type Outcome,
  type SqlPool,
} from '@kuda/event-store';
import { testDatabase, type TestDatabase } from '@kuda/testing';
import { randomUUIDv7 } from 'node:crypto';
import { remainder } from '../domain/amounts';
import type { SagaInput, Terms } from '../domain/saga';
import { ReadModels1763900000000 } from '../migrations/1763900000000-read-models';
import { loadOfferBook } from '../offer/load-offer';
import { someTerms } from '../test/builders';
import { decodeStep } from './decode-step';
import { RedemptionPolicy } from './redemption.policy';
import { fingerprintOf, streamOf, type SagaCommand, type SagaEnvelope } from './saga-command';

const FAR_US = 9_000_000_000_000_000n;

describe('redemption on its log', () => {
  let database: TestDatabase;
  let pool: SqlPool;
  let committer: LogCommitter<SagaCommand>;

  beforeAll(async () => {
    database = await testDatabase();
    await runMigrations({
      migrationUrl: database.ownerUrl,
      appRole: new URL(database.appUrl).username,
      migrations: [LogSchema1760000000000, ReadModels1763900000000],
    });
    pool = createPool(database.appUrl, { applicationName: 'redemption-test' });
  });
  beforeEach(() => start());
  afterEach(() => committer.stop());
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  /** A process of its own: it knows only what the database knows. */
  async function start(): Promise<void> {
    const policy = new RedemptionPolicy(pool, loadOfferBook(), systemClock);
    const onFatal = (error: Error): void => {
      throw error;
    };
    committer = createCommitter({ pool, policy, clock: systemClock, owner: 'test', onFatal });
    await committer.start();
  }

  function envelope(
    redemptionId: string,
    userId: string,
    input: SagaInput,
    id: string = input.type,
  ): SagaEnvelope {
    return {
      commandId: `${id}/${redemptionId}`,
      fingerprint: fingerprintOf(id),
      streamId: streamOf(redemptionId),
      command: { redemptionId, userId, input },
      input: null,
      traceparent: null,
    };
  }

  function request(userId: string, terms: Partial<Terms> = {}, id: string = randomUUIDv7()): SagaEnvelope {
    const frozen = someTerms({ userId, quoteId: id, ...terms });
    return envelope(id, userId, { type: 'request', terms: frozen, quoteExpiresAtUs: FAR_US });
  }

  const stepsOf = (outcomes: readonly Outcome[]) =>
    outcomes.map((outcome) => {
      if (outcome.status === 'faulted') throw new Error(outcome.detail);
      return decodeStep(outcome.entry.payload).step;
    });

  /** One whole redemption whose session fails after `seconds`; the reason it was settled with. */
  async function failing(userId: string, seconds: bigint): Promise<unknown> {
    const id = randomUUIDv7();
    const session = { end: 'user_error', meteredSeconds: seconds } as const;
    const steps = stepsOf(
      await committer.submit([
        request(userId, {}, id),
        envelope(id, userId, { type: 'hold_placed' }),
        envelope(id, userId, { type: 'session_ended', session }),
      ]),
    );
    const settlement = steps[2];
    if (settlement?.type !== 'settlement_requested') throw new Error('not settled');
    const { captured } = settlement;
    const released = remainder(someTerms().held, captured);
    await committer.submit([envelope(id, userId, { type: 'hold_settled', captured, released })]);
    return settlement.reason;
  }

  it('forgives three early failures a day, and knows so after a restart', async () => {
    expect(await failing('ann', 30n)).toBe('early_fail');
    expect(await failing('ann', 121n)).toBe('used');
    expect(await failing('ann', 120n)).toBe('early_fail');
    await committer.stop();
    await start();
    expect(await failing('ann', 1n)).toBe('early_fail');
    expect(await failing('ann', 1n)).toBe('used');
    expect(await failing('ben', 1n)).toBe('early_fail');
  });

  it('sees within one batch what the batch itself does', async () => {
    const requests = [request('cat'), request('cat'), request('cat')];
    const steps = stepsOf(await committer.submit(requests));
    expect(steps.map(({ type }) => type)).toEqual([
      'redemption_requested',
      'redemption_requested',
      'redemption_refused',
    ]);
    const large = { gpuClass: 'a100', gpuCount: 2, durationSeconds: 24 * 3600, trustLevel: 2 } as const;
    const days = [request('lea', large), request('lea', large)];
    expect(stepsOf(await committer.submit(days))).toMatchObject([
      { type: 'redemption_requested' },
      { type: 'redemption_refused', code: 'KUDA-REDEMPTION-2007' },
    ]);
    const twice = [request('dan', { quoteId: 'one-quote' }), request('dan', { quoteId: 'one-quote' })];
    expect(stepsOf(await committer.submit(twice))).toMatchObject([
      { type: 'redemption_requested' },
      { type: 'redemption_refused', code: 'KUDA-REDEMPTION-3002' },
    ]);
  });

  it('answers a repeat with the first step, also after a restart in the middle', async () => {
    const id = randomUUIDv7();
    const asked = request('eva', {}, id);
    const [first] = await committer.submit([asked, envelope(id, 'eva', { type: 'hold_placed' })]);
    await committer.stop();
    await start();
    const again = await committer.submit([asked, envelope(id, 'eva', { type: 'hold_placed' })]);
    expect(again.map(({ status }) => status)).toEqual(['repeated', 'repeated']);
    expect(again[0]).toMatchObject({
      entry: { payload: first?.status === 'recorded' ? first.entry.payload : null },
    });
    const session = { end: 'succeeded', meteredSeconds: 7_200n } as const;
    const steps = stepsOf(await committer.submit([envelope(id, 'eva', { type: 'session_ended', session })]));
    expect(steps).toMatchObject([{ type: 'settlement_requested', captured: someTerms().held }]);
  });

  it('puts aside, and only that, an outcome of the ledger that does not add up', async () => {
    const [bad, good] = [randomUUIDv7(), randomUUIDv7()];
    await committer.submit([request('flo', {}, bad), request('gus', {}, good)]);
    const wrong: SagaInput = { type: 'hold_released', released: [], isExpired: true };
    const right: SagaInput = { type: 'hold_released', released: someTerms().held, isExpired: true };
    const outcomes = await committer.submit([envelope(bad, 'flo', wrong), envelope(good, 'gus', right)]);
    expect(outcomes).toMatchObject([{ status: 'faulted', code: 'KUDA-LOG-1004' }, { status: 'recorded' }]);
    const { rows } = await pool.query<{ state: string; reason: string }>(
      'select state, reason from redemption where user_id = any ($1) order by user_id',
      [['flo', 'gus']],
    );
    expect(rows).toEqual([
      { state: 'requested', reason: null },
      { state: 'settled', reason: 'hold_expired' },
    ]);
  });
});
