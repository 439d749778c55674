import { create, LedgerRecordSchema, type LedgerRecord } from '@kuda/contracts';
import {
  createPool,
  createReadModelSource,
  LogSchema1760000000000,
  runMigrations,
  systemClock,
  type SqlPool,
} from '@kuda/event-store';
import { testDatabase, type TestDatabase } from '@kuda/testing';
import type { DataSource } from 'typeorm';
import { ReadModels1763900000000 } from '../migrations/1763900000000-read-models';
import { OFFER } from '../test/builders';
import { MemberBalanceRecord, MemberRecord } from './member.entity';
import { MemberProjection } from './member.projection';
import { MemberReader } from './member.reader';
import { PositionGate } from './position.gate';
import { loadTrustPolicy } from './trust-policy';

const TOPIC = 'ledger.events.v1';
const US_PER_DAY = 86_400_000_000n;
const TRUSTED = {
  registeredAtUs: systemClock.nowUs() - 100n * US_PER_DAY,
  succeededDeviceSeconds: 3_600n,
  factorEnrolled: true,
  valueLaneAwards: 3n,
  valueLanePoints: 199_999n,
};

type RecordInit = Exclude<Parameters<typeof create<typeof LedgerRecordSchema>>[1], undefined>;

describe('what redemption knows of its members', () => {
  let database: TestDatabase;
  let source: DataSource;
  let pool: SqlPool;
  let members: MemberProjection;
  let reader: MemberReader;
  let offset = 0n;

  beforeAll(async () => {
    database = await testDatabase();
    await runMigrations({
      migrationUrl: database.ownerUrl,
      appRole: new URL(database.appUrl).username,
      migrations: [LogSchema1760000000000, ReadModels1763900000000],
    });
    pool = createPool(database.appUrl, { applicationName: 'members-test' });
    source = await createReadModelSource({
      url: database.appUrl,
      applicationName: 'members-test-reads',
      entities: [MemberRecord, MemberBalanceRecord],
    }).initialize();
    members = new MemberProjection(source);
    reader = new MemberReader(source, pool, loadTrustPolicy(), systemClock);
  });

  afterAll(async () => {
    await source.destroy();
    await pool.end();
    await database.drop();
  });

  function record(
    userId: string,
    accountVersion: bigint,
    milliPoints: bigint,
    more: RecordInit = {},
  ): LedgerRecord {
    const balances = [{ asset: 'POINT', available: milliPoints }];
    return create(LedgerRecordSchema, {
      userId,
      accountVersion,
      position: accountVersion,
      balances,
      ...more,
    });
  }

  function apply(...records: LedgerRecord[]): Promise<void> {
    offset += BigInt(records.length);
    return members.apply(records, { topic: TOPIC, partition: 0, nextOffset: offset });
  }

  const pointsOf = async (userId: string): Promise<bigint | undefined> => {
    const { facts } = await reader.standingOf(userId, OFFER.policy);
    return facts.available.find(({ asset }) => asset === 'POINT')?.amount;
  };

  it('takes the newest of a batch and nothing older, whatever the order', async () => {
    await apply(
      record('ada', 2n, 200n),
      record('ada', 3n, 300n),
      record('ada', 1n, 100n),
      record('bob', 1n, 7n),
    );
    expect(await pointsOf('ada')).toBe(300n);
    await apply(record('ada', 2n, 200n));
    expect(await pointsOf('ada')).toBe(300n);
    await apply(record('ada', 4n, 0n));
    expect(await pointsOf('ada')).toBe(0n);
    expect(await pointsOf('bob')).toBe(7n);
  });

  it('keeps an asset that a later record does not touch', async () => {
    const hours = { balances: [{ asset: 'GPU_SECOND/any', available: 18_000n }] };
    await apply(record('cat', 1n, 0n, hours), record('cat', 2n, 5n));
    const { facts } = await reader.standingOf('cat', OFFER.policy);
    expect([...facts.available].sort((a, b) => a.asset.localeCompare(b.asset))).toEqual([
      { asset: 'GPU_SECOND/any', amount: 18_000n },
      { asset: 'POINT', amount: 5n },
    ]);
  });

  it.each([
    ['nothing known', {}, 0],
    [
      'a week and an hour of jobs',
      { registeredAtUs: TRUSTED.registeredAtUs, succeededDeviceSeconds: 3_600n },
      1,
    ],
    ['a factor, 30 days, three value awards', TRUSTED, 2],
    ['200 points of the value lane', { ...TRUSTED, valueLanePoints: 200_000n }, 3],
  ])('reads the trust level: %s', async (name, trust, level) => {
    const userId = name.replaceAll(/\W/g, '-');
    await apply(record(userId, 1n, 0n, { trust }));
    expect((await reader.standingOf(userId, OFFER.policy)).facts.level).toBe(level);
  });

  it('sees what is owed, and a stranger as new and without means', async () => {
    await apply(record('dan', 1n, 0n, { balances: [{ asset: 'POINT', available: 0n, debt: 40n }] }));
    expect((await reader.standingOf('dan', OFFER.policy)).facts.debt).toBe(40n);
    expect((await reader.standingOf('nobody', OFFER.policy)).facts).toEqual({
      level: 0,
      available: [],
      debt: 0n,
      liveRedemptions: 0,
      rollingGpuSeconds: 0n,
    });
  });

  it('stores where to go on with the effect, never backwards', async () => {
    await apply(record('eve', 1n, 1n));
    expect(await members.nextOffset(TOPIC, 0)).toBe(offset);
    await members.apply([], { topic: TOPIC, partition: 0, nextOffset: 1n });
    expect(await members.nextOffset(TOPIC, 0)).toBe(offset);
    expect(await members.nextOffset(TOPIC, 5)).toBeUndefined();
  });

  it('waits for a position: of the user, or of anyone once the user’s partition is read to its end', async () => {
    let lag = 1n;
    const feed = {
      bus: {
        tail: {
          partitionOf: () => Promise.resolve(0),
          lastHeader: () => Promise.resolve(new Map<number, string>()),
        },
        lag: () => Promise.resolve([{ topic: TOPIC, partition: 0, next: 0n, end: lag, lag }]),
      },
      offsets: members,
    };
    const gate = new PositionGate(source, members, feed);
    await apply(record('fay', 1n, 1n, { position: 50n }), record('gil', 1n, 1n, { position: 60n }));
    expect(await gate.waitFor('fay', 50n)).toBe(true);
    expect(await gate.waitFor('fay', 60n)).toBe(false);
    lag = 0n;
    expect(await gate.waitFor('fay', 60n)).toBe(true);
    expect(await gate.waitFor('fay', 61n)).toBe(false);
  }, 20_000);
});
